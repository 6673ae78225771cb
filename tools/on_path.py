"""Put the course's folder onto the path of the Python that runs this file.

After it `import helpers` works from any folder. It needs no build and no network: it writes one
line into site-packages. If you move the course's folder, run it again.
"""

import os
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def put_on_path(site_packages=None, root=ROOT):
    """Write the `.pth` file that names the course's folder and return its path."""
    path = Path(site_packages or sysconfig.get_path("purelib"), "alexnet_notebooks.pth")
    line = f"{root}\n"
    if not path.exists() or path.read_text(encoding="locale") != line:
        beside = path.with_suffix(".new")
        beside.write_text(line, encoding="locale")
        os.replace(beside, path)
    return path


if __name__ == "__main__":
    put_on_path()
