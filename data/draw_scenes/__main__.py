"""Write the whole set of pictures: python -m draw_scenes scenes."""

import argparse
import time

from .image_set import write


def main():
    """Read the command line, write the set and say what was written."""
    parser = argparse.ArgumentParser(prog="draw_scenes", description="Draw the course's pictures.")
    parser.add_argument("folder", help="where to put them: a folder that is empty or not there")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--force", action="store_true", help="replace a set that lies there")
    options, start = parser.parse_args(), time.perf_counter()
    count, size = write(options.folder, options.workers, options.force)
    seconds = time.perf_counter() - start
    print(f"{count} pictures, {size:,} bytes, {seconds:.0f} s: {options.folder}")


if __name__ == "__main__":
    main()
