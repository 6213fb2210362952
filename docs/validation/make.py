"""Make the pages of this folder anew: run each script, and write its page and its figure.

In: names of results, or none for all. Out: `NAME.md` and `NAME.svg` in this folder (or in --out), and a line for each
row. Exits with 1 if any row differs and no choice in the model is named that makes it differ.

Run: python docs/validation/make.py [NAME...] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from outside import HERE, Result

NAMES = ("queue_sizing", "capa", "pooled_clinics", "pooled_beds", "network", "national_bands")


def made(name: str) -> Result:
    """The result of a script."""
    return importlib.import_module(name).result()


def main() -> int:
    """Write the pages, and tell what came of each row."""
    arguments = argparse.ArgumentParser(description="Make the pages on outside results anew.")
    arguments.add_argument("names", nargs="*", metavar="NAME")
    arguments.add_argument("--out", type=Path, default=HERE)
    given = arguments.parse_args()
    if unknown := set(given.names) - set(NAMES):
        arguments.error(f"no such result: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    given.out.mkdir(parents=True, exist_ok=True)
    unexplained = 0
    for name in given.names or NAMES:
        result = made(name)
        (given.out / f"{name}.md").write_text(result.page, encoding="utf-8")
        result.write_figure(given.out)
        for row in result.rows:
            print(f"{name}: {row.cells()}")
            unexplained += row.verdict == "**differs**"
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
