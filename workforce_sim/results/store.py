"""Results on disk: written whole or not at all.

In: tables, csv frames, a manifest, figures. Out: `DIR/tables/*.parquet`, `DIR/summary.csv`, `DIR/comparison.csv`,
`DIR/value.csv`, `DIR/precision.csv`, `DIR/checks.csv`, `DIR/figures/*`, `DIR/manifest.json`.

Everything is written to a hidden folder beside DIR and flushed to disk; then it is put in place with renames, the
manifest last. If anything goes wrong on the way, DIR is as it was before; if the process is killed there, it is so as
soon as DIR is next read or saved to. Files in DIR that are not ours stay.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workforce_sim.errors import UsageError
from workforce_sim.results.events import FILE as EVENTS
from workforce_sim.results.provenance import FORMAT, table_hash

MANIFEST = "manifest.json"

OURS = (
    MANIFEST, "summary.csv", "comparison.csv", "value.csv", "precision.csv", "checks.csv", "tables/*.parquet",
    "figures/*.png", "figures/*.svg", "figures/alt.json", EVENTS,
)  # fmt: skip
"""Where our own files are in DIR, as patterns."""

TEXT = frozenset(("scenario", "team", "check", "about", "measure", "unit", "note"))
"""Columns of csv frames that hold text, even where all of it is empty."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text for a formula if it begins so."""

_GUARDED = re.compile(f"^'(?=[{re.escape(''.join(_FORMULA))}])")


def refuse_if_taken(directory: Path, force: bool = False) -> None:
    """Raise `UsageError` if results cannot go to `directory`: it is a file, or holds results and `force` is not set."""
    _recover(directory)
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; results need a folder")
    if not force and (found := _ours_in(directory)):
        raise UsageError(f"{directory} already holds results ({found[0]}); add --force to replace them")


def save(
    directory: Path,
    tables: Mapping[str, pd.DataFrame],
    sheets: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    figures: Mapping[str, bytes] | None = None,
    force: bool = False,
    events: pd.DataFrame | None = None,
) -> Path:
    """Save results to `directory`: tables and events as parquet, sheets as csv, figures by file name; the folder."""
    refuse_if_taken(directory, force)
    target = Path(os.path.realpath(directory))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target, "new") as new:
        for name, frame in tables.items():
            _write_parquet(new / "tables" / f"{name}.parquet", frame)
        for name, frame in sheets.items():
            _write(new / f"{name}.csv", csv_text(frame).encode())
        if events is not None:
            _write_parquet(new / EVENTS, events)
        for name, content in (figures or {}).items():
            _write(new / "figures" / name, content)
        _write(new / MANIFEST, _manifest_text(new, tables, manifest))
        if target.exists():
            _replace(new, target)
        else:
            os.replace(new, target)
        _sync(target.parent)
    return directory


def put_figures(directory: Path, figures: Mapping[str, bytes]) -> None:
    """Put figures, by file name, into saved results; their manifest, which is written last, tells of them."""
    target = Path(os.path.realpath(directory))
    manifest = json.loads((target / MANIFEST).read_text("utf-8"))
    with _beside(target, "new") as new:
        for name, content in figures.items():
            _write(new / "figures" / name, content)
            manifest["files"][f"figures/{name}"] = _described(new / "figures" / name)
        _write(new / MANIFEST, _as_text({**manifest, "files": dict(sorted(manifest["files"].items()))}))
        for path in (*(f"figures/{name}" for name in figures), MANIFEST):
            _move(new / path, target / path)
        _sync(target)


def read(
    directory: Path, sheets: Iterable[str] | None = None, form: int = FORMAT
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], dict[str, Any]]:
    """Saved results: all tables, the csv frames that were saved (or some of them), and the manifest.

    `form`: the format that the manifest must tell of. Raises `UsageError` if the folder holds no results, those of
    another kind or version, or damaged ones.
    """
    again = "run the study again, with --force"
    _recover(directory)
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
        if manifest["format"] != form:
            if (kind := manifest.get("study")) and form == FORMAT:
                raise UsageError(f"{directory} holds the study {kind}, not results; `report` takes it by --study")
            if not kind and form != FORMAT:
                raise UsageError(f"{directory} holds results, not what contributions, sensitivity or seek has saved")
            raise UsageError(f"{directory} holds results of another version of workforce-sim; {again}")
        tables = {name: _as_saved(directory, name, told["sha256"]) for name, told in manifest["tables"].items()}
        saved = [name.removesuffix(".csv") for name in manifest["files"] if name.endswith(".csv")]
        found = {name: read_csv(directory / f"{name}.csv") for name in saved if sheets is None or name in sheets}
    except FileNotFoundError as error:
        missing = Path(error.filename or MANIFEST).name
        raise UsageError(f"{directory} holds no results of workforce-sim: no {missing}; --out saves results") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        raise UsageError(f"the results in {directory} are damaged ({error}); {again}") from error
    return tables, found, manifest


def _as_saved(directory: Path, name: str, sha256: str) -> pd.DataFrame:
    frame = read_table(directory, name)
    if table_hash(name, frame) != sha256:
        raise ValueError(f"table {name} is not what was saved")
    return frame


def read_table(directory: Path, name: str) -> pd.DataFrame:
    """A saved table; a damaged file is an error, never wrong numbers."""
    table = pq.read_table(directory / "tables" / f"{name}.parquet", page_checksum_verification=True)
    return pd.DataFrame(table.to_pandas())


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as csv. Text that a spreadsheet would take for a formula gets a leading apostrophe (OWASP)."""
    safe = frame.copy()
    for column in safe.columns:
        if not (pd.api.types.is_numeric_dtype(safe[column]) or pd.api.types.is_bool_dtype(safe[column])):
            safe[column] = [f"'{text}" if str(text).startswith(_FORMULA) else text for text in safe[column]]
    return safe.to_csv(index=False, lineterminator="\n")


def read_csv(path: Path) -> pd.DataFrame:
    """A frame that `csv_text` has written."""
    frame = pd.read_csv(path)
    frame = frame.astype(dict.fromkeys(TEXT & set(frame.columns), "str")).fillna(dict.fromkeys(TEXT, ""))
    for column in frame.columns[frame.dtypes == "str"]:
        frame[column] = frame[column].str.replace(_GUARDED, "", regex=True)
    return frame


def _ours_in(directory: Path) -> list[Path]:
    return [path for pattern in OURS for path in sorted(directory.glob(pattern))] if directory.is_dir() else []


@contextmanager
def _beside(target: Path, what: str) -> Iterator[Path]:
    """A hidden folder beside the target, gone afterwards whatever happens."""
    folder = target.parent / f".{target.name}.{what}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _recover(directory: Path) -> None:
    """Undo what a process that was killed while saving has left half done; where all was in place, tidy up after it."""
    target = Path(os.path.realpath(directory))
    with suppress(OSError):  # a folder that cannot be written to holds what it holds
        for what in ("old", "new"):
            for left in sorted(target.parent.glob(f".{glob.escape(target.name)}.{what}-*")):
                if _is_alive(left):
                    continue
                if what == "old" and (left / MANIFEST).exists() and not (target / MANIFEST).exists():
                    _put_back(left, target)
                shutil.rmtree(left)


def _is_alive(folder: Path) -> bool:
    """Is the process that made a folder of `_beside` still at work, as far as can be told?"""
    number = folder.name.rpartition("-")[2]
    if not number.isdecimal():
        return True  # not ours
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _put_back(old: Path, target: Path) -> None:
    """Old results that had been set aside take their places again, instead of the new ones that had come already."""
    listed = json.loads((old / MANIFEST).read_text("utf-8"))["files"]
    for path in _ours_in(target):
        if path.relative_to(target).as_posix() not in listed:
            path.unlink()
    for path in sorted((p for p in old.rglob("*") if p.is_file()), key=lambda p: p.name == MANIFEST):
        _move(path, target / path.relative_to(old))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Page checksums on: a flipped bit is an error on reading, not another number."""
    buffer = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_pandas(frame, preserve_index=False), buffer, write_page_checksum=True, compression="zstd"
    )
    _write(path, buffer.getvalue().to_pybytes())


def _manifest_text(new: Path, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> bytes:
    files = {
        str(path.relative_to(new).as_posix()): _described(path) for path in sorted(new.rglob("*")) if path.is_file()
    }
    told = {name: {"rows": len(frame), "sha256": table_hash(name, frame)} for name, frame in tables.items()}
    return _as_text({**manifest, "tables": told, "files": files})


def _described(path: Path) -> dict[str, Any]:
    """What the manifest tells of a file."""
    return {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _as_text(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _replace(new: Path, target: Path) -> None:
    """Put the new files into a folder that exists; our old ones are set aside first, and put back if anything fails."""
    with _beside(target, "old") as old:
        moved: list[tuple[Path, Path]] = []
        try:
            for path in _ours_in(target):
                moved.append(_move(path, old / path.relative_to(target)))  # noqa: PERF401 what is moved must be known
            for path in sorted((p for p in new.rglob("*") if p.is_file()), key=lambda p: p.name == MANIFEST):
                moved.append(_move(path, target / path.relative_to(new)))  # noqa: PERF401 as above
        except BaseException:
            for before, after in reversed(moved):
                _move(after, before)
            raise
        for folder in ("tables", "figures"):
            with suppress(OSError):
                (target / folder).rmdir()
        _sync(target)


def _move(before: Path, after: Path) -> tuple[Path, Path]:
    after.parent.mkdir(parents=True, exist_ok=True)
    os.replace(before, after)
    return before, after


def _sync(folder: Path) -> None:
    """Flush the names in a folder to disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
