"""Finished replications on disk, so that a study killed at any moment goes on where it was.

In: compiled scenarios and what was kept of each replication. Out: `FOLDER/<scenario>/<seed>-<number>.rep`, where the
scenario is a digest of everything that its results depend on, the version of the model included; and a record of each
study in `FOLDER/studies/`. A file is written under another name and put in place whole; it begins with a checksum of
the rest, so that a damaged one is found, thrown away and run again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workforce_sim.compiled import PACKAGE
from workforce_sim.errors import UsageError
from workforce_sim.inputs.rules import Inputs
from workforce_sim.results.frames import Kept

FOLDER = ".replications"
"""Name of the folder, beside the results of studies."""

CHECKSUM_BYTES = 32
"""SHA-256."""


@lru_cache(maxsize=1)
def model_version() -> str:
    """A digest of the package's source and of numpy's version: another one may give other numbers."""
    digest = hashlib.sha256(np.__version__.encode())
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def digest_of(inputs: Inputs) -> str:
    """What a scenario's results depend on, the model's version included; not its name."""
    digest = hashlib.sha256(model_version().encode())
    _feed(digest, {field.name: getattr(inputs, field.name) for field in fields(inputs) if field.name != "name"}, {})
    return digest.hexdigest()[:32]


def _feed(digest: Any, value: Any, known: dict[int, bytes]) -> None:
    """Adds a value of arrays, records and plain values to a digest. `known`: digests of arrays met before, by id."""
    if isinstance(value, np.ndarray):
        if id(value) not in known:
            described = f"{value.dtype.descr}{value.shape}".encode()
            known[id(value)] = hashlib.sha256(described + np.ascontiguousarray(value).tobytes()).digest()
        digest.update(known[id(value)])
    elif is_dataclass(value):
        _feed(digest, {field.name: getattr(value, field.name) for field in fields(value)}, known)
    elif isinstance(value, Mapping):
        digest.update(f"mapping {len(value)}".encode())
        for key in sorted(value, key=repr):
            digest.update(repr(key).encode())
            _feed(digest, value[key], known)
    elif isinstance(value, list | tuple):
        digest.update(f"sequence {len(value)}".encode())
        for each in value:
            _feed(digest, each, known)
    else:
        digest.update(f"{value!r};".encode())


@dataclass(frozen=True)
class Replications:
    """A folder of finished replications. A disk that is full or cannot be written to is told as it is: OSError."""

    folder: Path
    spells: bool = False
    """Is the table of spells kept, too?"""

    def path(self, scenario: str, seed: int, number: int) -> Path:
        """Where a replication stands."""
        return self.folder / scenario / f"{seed}-{number}{'-spells' if self.spells else ''}.rep"

    def read(self, scenario: str, seed: int, numbers: Sequence[int]) -> tuple[dict[int, Kept], list[int]]:
        """(those finished, by number; those that were damaged, and have been thrown away) among some replications."""
        there = {path.name for path in (self.folder / scenario).glob("*.rep")}
        found: dict[int, Kept] = {}
        damaged = []
        for number in numbers:
            path = self.path(scenario, seed, number)
            if path.name in there:
                content = b""
                with suppress(OSError):  # a disk that cannot read it is no better than a damaged file
                    content = path.read_bytes()
                if hashlib.sha256(content[CHECKSUM_BYTES:]).digest() == content[:CHECKSUM_BYTES]:
                    found[number] = _unpacked(content[CHECKSUM_BYTES:])
                else:
                    with suppress(OSError):  # the folder cannot be written to
                        path.unlink()
                    damaged.append(number)
        return found, damaged

    def write(self, scenario: str, seed: int, kept: Kept) -> None:
        """Keep a finished replication."""
        content = _packed(kept)
        _put(self.path(scenario, seed, kept.replication), hashlib.sha256(content).digest() + content)

    def begin(self, study: StudyRecord) -> None:
        """Record that a study has begun, or goes on."""
        _put(self.folder / "studies" / f"{study.key}.json", json.dumps(study.__dict__, indent=1).encode())

    def studies(self) -> list[StudyRecord]:
        """Every study begun, oldest first; a record that cannot be read is left out."""
        found = []
        for path in sorted((self.folder / "studies").glob("*.json")):
            with suppress(ValueError, TypeError, OSError):
                found.append(StudyRecord(**json.loads(path.read_bytes())))
        return sorted(found, key=lambda study: (study.begun, study.key))

    def finished(self, study: StudyRecord) -> int:
        """How many of a study's replications are there."""
        return sum(path.exists() for path in self._files(study))

    def bytes_of(self, study: StudyRecord) -> int:
        """Size of a study's replications, those shared with other studies included."""
        return sum(path.stat().st_size for path in self._files(study) if path.exists())

    def unlisted(self) -> tuple[int, int]:
        """(how many, bytes) of the replications that belong to no study listed: those of sensitivity, seek, …."""
        listed = {name for study in self.studies() for name in study.scenarios.values()}
        sizes = [path.stat().st_size for path in self.folder.glob("*/*.rep") if path.parent.name not in listed]
        return len(sizes), sum(sizes)

    def clean_all(self) -> int:
        """Remove everything; bytes freed."""
        freed = sum(path.stat().st_size for path in self.folder.glob("*/*.rep"))
        shutil.rmtree(self.folder)
        return freed

    def clean(self, studies: Sequence[StudyRecord]) -> int:
        """Remove studies with all replications that no other study uses; bytes freed."""
        gone = {study.key for study in studies}
        staying = {name for study in self.studies() if study.key not in gone for name in study.scenarios.values()}
        freed = 0
        for study in studies:
            for scenario in set(study.scenarios.values()) - staying:
                folder = self.folder / scenario
                freed += sum(path.stat().st_size for path in folder.glob("*")) if folder.is_dir() else 0
                shutil.rmtree(folder, ignore_errors=True)
            (self.folder / "studies" / f"{study.key}.json").unlink(missing_ok=True)
        for folder in (self.folder / "studies", self.folder):
            with suppress(OSError):
                folder.rmdir()
        return freed

    def _files(self, study: StudyRecord) -> Iterator[Path]:
        for scenario in study.scenarios.values():
            for number in range(study.replications):
                yield Replications(self.folder, study.spells).path(scenario, study.seed, number)


@dataclass(frozen=True)
class StudyRecord:
    """What a study set out to run."""

    name: str
    """Of the folder for its results, or of the first scenario."""
    scenarios: dict[str, str]
    """Name → digest of each scenario."""
    seed: int
    replications: int
    spells: bool
    begun: str
    """Date and time, UTC."""

    @property
    def key(self) -> str:
        """Stands for the study in file names and on the command line."""
        what = repr((sorted(self.scenarios.values()), self.seed, self.spells, self.name))
        return hashlib.sha256(what.encode()).hexdigest()[:8]


def record_of(
    name: str, inputs: Sequence[Inputs], digests: Sequence[str], seed: int, replications: int, spells: bool
) -> StudyRecord:
    """The record of a study that begins now."""
    begun = datetime.now(UTC).isoformat(timespec="microseconds")  # studies are listed in this order
    scenarios = {each.name: digest for each, digest in zip(inputs, digests, strict=True)}
    return StudyRecord(name, scenarios, seed, replications, spells, begun)


def store_in(folder: Path) -> Replications:
    """The replications kept in a folder, or beside the results in it; raises `UsageError` if there are none."""
    for place in (folder / FOLDER, folder, folder.absolute().parent / FOLDER):
        if place.is_dir() and (place.name == FOLDER or (place / "studies").is_dir()):
            return Replications(place)
    raise UsageError(f"no finished replications are kept in {folder}; `run` and `compare` keep them with --out")


def _packed(kept: Kept) -> bytes:
    """The arrays of a replication, compressed."""
    file = io.BytesIO()
    np.savez(file, **{name: value for name, value in kept._asdict().items() if value is not None})
    return compressed(file.getvalue())


def _unpacked(content: bytes) -> Kept:
    """What `_packed` was given."""
    with np.load(io.BytesIO(decompressed(content)), allow_pickle=False) as arrays:
        values = {name: arrays[name] for name in arrays.files}
    return Kept(**{"spells": None, **values, "replication": int(values["replication"])})


def compressed(content: bytes) -> bytes:
    """Bytes as they are kept on disk and sent through a network."""
    small: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return len(content).to_bytes(8, "little") + small


def decompressed(content: bytes) -> bytes:
    """What `compressed` was given."""
    size = int.from_bytes(content[:8], "little")
    found: bytes = pa.decompress(content[8:], decompressed_size=size, codec="zstd", asbytes=True)
    return found


def _put(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all. It is not flushed to disk: the checksum finds what a power cut leaves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
