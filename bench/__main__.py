"""`make bench`: every yardstick, or those named on the command line; one line each figure."""

from __future__ import annotations

import importlib
import sys

YARDSTICKS = ("city_index", "pages", "portfolio_pages", "sessions", "hourly", "returns", "intake", "publication")

if __name__ == "__main__":
    for name in sys.argv[1:] or YARDSTICKS:
        for line in importlib.import_module(f"bench.{name}").compare():
            print(line, flush=True)
