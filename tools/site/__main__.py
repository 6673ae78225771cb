"""`make site`, and with ``--serve`` (`make serve`) show it on this computer."""

import functools
import http.server
import sys

from tools.site import SITE, build

PORT = 8000


class Server(http.server.ThreadingHTTPServer):
    """Serve this computer alone."""

    allow_reuse_address = True


def serve():
    """Show the site until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=SITE)
    try:
        server = Server(("127.0.0.1", PORT), handler)
    except OSError:
        sys.exit(f"Port {PORT} is taken by another program: open {SITE / 'index.html'} instead.")
    with server:
        print(f"Or at http://127.0.0.1:{PORT}/ until you press Ctrl-C.", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    try:
        print(f"To read on: {build()}")
        if "--serve" in sys.argv:
            serve()
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print()
