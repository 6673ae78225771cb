"""`make data`: fetch the real images from Kaggle, without an account, and check what came.

The set is "Intel Image Classification" by Puneet Bansal; data/README.md says what it holds and
what is known of its licence.
"""

import os
import shlex
import sys
from pathlib import Path

HANDLE = "puneet6060/intel-image-classification/versions/2"
CLASSES = ("buildings", "forest", "glacier", "mountain", "sea", "street")
COUNTS = {
    "seg_train/seg_train": (2191, 2271, 2404, 2512, 2274, 2382),
    "seg_test/seg_test": (437, 474, 553, 525, 510, 501),
}
EXPECTED = {f"{part}/{name}": n for part in COUNTS for name, n in zip(CLASSES, COUNTS[part])} | {
    "seg_pred/seg_pred": 7301
}


def fetch():
    """Return the set's folder: downloaded the first time, from the cache afterwards."""
    import kagglehub  # only now, so that its messages stay out of the tests

    return Path(kagglehub.dataset_download(HANDLE))


def cache():
    """Return the folder in which kagglehub keeps what it has of the set."""
    from kagglehub.config import get_cache_folder

    return Path(get_cache_folder(), "datasets", *HANDLE.split("/")[:2])


def missing(folder):
    """Return a phrase for each part of the set that has not the number of images it should."""
    phrases = []
    for part, expected in EXPECTED.items():
        found = len(list(Path(folder, part).glob("*.jpg")))
        if found != expected:
            phrases.append(f"{part} has {found} images instead of {expected}")
    return phrases


def main(fetch=fetch):
    """Fetch, check, and say where the images are; leave with one sentence where that fails."""
    try:
        folder = fetch()
    except Exception as error:  # whatever the network, the proxy or Kaggle's answer brings
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise SystemExit(
            f"{HANDLE} could not be fetched from Kaggle: check the network and run make data "
            f"again; where that does not help, remove {cache()} first (what has come is kept "
            f"there); make lessons needs no such set ({reason})"
        ) from None
    wrong = missing(folder)
    if wrong:
        more = f" and {len(wrong) - 1} more parts differ" if len(wrong) > 1 else ""
        raise SystemExit(
            f"The set in {folder} is not whole: {wrong[0]}{more}. Remove that folder "
            f"(rm -r {shlex.quote(str(folder))}) and run make data again."
        )
    print(f"All {sum(EXPECTED.values()):,} images are in {folder}")
    print("Use them with:")
    print(f"  make lessons DATA={shlex.quote(os.fspath(folder))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
