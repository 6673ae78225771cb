"""`make slides`."""

import sys

from tools.slides import build

if __name__ == "__main__":
    try:
        print(f"To present: {build()}")
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print()
