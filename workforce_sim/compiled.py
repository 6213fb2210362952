"""Where compiled code is kept, so that only the first run ever compiles.

In: the sources of everything that is compiled. Out: numba's cache folder, one per state of those sources.

Numba asks only whether the file of the outermost function has changed, so an edited inner rule would go on running as
it was. Here the folder's name is a digest of all compiled sources instead. The folder belongs to the user alone: a
cache is code, and whoever can write it can run it. NUMBA_CACHE_DIR, if set, is left alone.
"""

# numba makes its settings at run time
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import numba
from numba import config

PACKAGE = Path(__file__).parent
LAST_COMPILED = ("day.advance", "life_tables.censoring_aware")
"""Of a first run, in the kernel and after it."""
KEPT = 4
"""Folders of older states kept beside the present one."""


def sources_digest() -> str:
    """A digest of numba's version and of every source that compiled code is made from."""
    engine = PACKAGE / "engine"
    files = [PACKAGE / "streams.py", PACKAGE / "inputs" / "codes.py", engine / "state.py", engine / "capacity.py"]
    files.append(PACKAGE / "analysis" / "life_tables.py")
    files += sorted((engine / "kernel").glob("*.py"))
    digest = hashlib.sha256(numba.__version__.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """The folder for this state of the sources, made if need be; None if no place can be written to."""
    home = os.environ.get("XDG_CACHE_HOME")
    places = [Path(home)] if home else [Path.home() / ".cache"] if os.environ.get("HOME") else []
    for place in (*places, Path(tempfile.gettempdir()) / f"workforce_sim-{os.getuid()}"):
        folder = place / "workforce_sim" / sources_digest()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.parent.chmod(0o700)
            if folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK):
                return folder
        except OSError:
            continue
    return None


def use_cache() -> None:
    """Tells numba to keep compiled code there. To be called before anything is compiled."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    folder = cache_folder()
    if folder is not None:
        config.CACHE_DIR = str(folder)
        _forget_older(folder)


def _forget_older(folder: Path) -> None:
    others = [other for other in folder.parent.iterdir() if other != folder and other.is_dir()]
    for old in sorted(others, key=lambda other: other.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def is_kept() -> bool:
    """True if the kernel is compiled already, or never will be, so that a first run need not wait."""
    if config.DISABLE_JIT:
        return True
    return all(any(Path(config.CACHE_DIR or PACKAGE).rglob(f"{last}-*.nbc")) for last in LAST_COMPILED)


def forget() -> None:
    """Throws away the compiled code of this state, because a file of it is damaged."""
    for file in Path(config.CACHE_DIR or PACKAGE).rglob("*.nb[ci]"):
        file.unlink(missing_ok=True)
