"""The bases that a page works on, read from files or uploads, with the files beside them that they extend.

In: scenario files, or the name and bytes of an upload. Out: `Base` records, and what-ifs over them. An upload is read
in a private folder that is removed at once, by the rules and with the messages of the command line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workforce_sim.app.dials import Dial, dials_of
from workforce_sim.app.whatif import WhatIf
from workforce_sim.errors import UsageError, WorkforceSimError, quoted
from workforce_sim.results.provenance import plain
from workforce_sim.scenario.document import read_document
from workforce_sim.scenario.reader import read_scenario
from workforce_sim.scenario.scenario import Scenario

GREATEST_UPLOAD = 2 << 20
"""Bytes of an upload."""
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_ON_DISK_ONLY = ("lever_folder", "equal_cost_with")


@dataclass(frozen=True)
class Base:
    """A scenario that what-ifs are put over."""

    key: str
    """Stands for it in links: another version of the same file has another key."""
    scenario: Scenario
    file: str
    """Name of its file, which saved what-ifs extend."""
    files: Mapping[str, bytes]
    """Name → content of its file and of those that it extends."""

    @cached_property
    def dials(self) -> Sequence[Dial]:
        """What can be turned in it; made once, in seconds."""
        return dials_of(self.scenario)


def base_of(path: Path) -> Base:
    """A base from its file; raises `ScenarioError`."""
    scenario = read_scenario(path)
    told = json.dumps([plain(scenario.tree), list(scenario.change_log())], sort_keys=True).encode()
    digest = hashlib.sha256(told).hexdigest()[:8]
    return Base(f"{_ODD.sub('-', path.stem)}-{digest}", scenario, path.name, _with_its_parents(path))


def _with_its_parents(path: Path) -> dict[str, bytes]:
    """The file and all that it extends, by their names as seen from it; a workbook stands alone."""
    files, source, home = {path.name: path.read_bytes()}, path, path.parent
    while source.suffix in {".yaml", ".yml"}:
        parent = read_document(source, str(source)).tree.get("extends")
        if parent is None:
            break
        source = source.parent / parent
        files[os.path.relpath(source, home)] = source.read_bytes()
    return files


def read_given(files: Iterable[Path]) -> tuple[list[Base], list[WhatIf]]:
    """Scenario files as bases, and those that extend one of them, or its file, as what-ifs; raises `ScenarioError`."""
    bases: dict[Path, Base] = {}
    whatifs = []
    for file in files:
        read_scenario(file)
        tree = read_document(file, str(file)).tree if file.suffix in {".yaml", ".yml"} else {}
        if "extends" not in tree or any(key in tree for key in _ON_DISK_ONLY):
            bases.setdefault(Path(os.path.realpath(file)), base_of(file))
            continue
        parent = Path(os.path.realpath(file.parent / tree["extends"]))
        base = bases.setdefault(parent, base_of(parent)) if parent not in bases else bases[parent]
        whatifs.append(WhatIf(base.key, _layer(tree)))
    return list(bases.values()), whatifs


def read_upload(name: str, data: bytes, bases: Iterable[Base]) -> Base | WhatIf:
    """An upload as a what-if, if it extends one of the bases, and else as a base; raises `UsageError`.

    Messages are those of the command line, without the folder that it was read in.
    """
    if len(data) > GREATEST_UPLOAD:
        raise UsageError(f"{quoted(name)} has more than 2 MiB")
    own = _ODD.sub("-", Path(name.replace("\\", "/")).name).lstrip(".-")[-80:] or "upload.yaml"
    by_file = {base.file: base for base in bases}
    with tempfile.TemporaryDirectory(prefix="workforce-sim-") as folder:  # for its owner only
        for base in by_file.values():
            for beside, content in base.files.items():
                target = Path(folder, beside)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        path = Path(folder, "uploaded", own) if own in by_file else Path(folder, own)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        try:
            return _read(path, by_file)
        except WorkforceSimError as error:
            raise UsageError(_without(str(error), folder)) from None


def _read(path: Path, by_file: Mapping[str, Base]) -> Base | WhatIf:
    base = base_of(path)
    tree = read_document(path, path.name).tree if path.suffix in {".yaml", ".yml"} else {}
    found = by_file.get(str(tree.get("extends")))
    if found is None:
        return base
    if lacking := [key for key in _ON_DISK_ONLY if key in tree]:
        raise UsageError(f"{path.name}: `{lacking[0]}` needs files beside it; use the command line for this scenario")
    return WhatIf(found.key, _layer(tree))


def _layer(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in plain(tree).items() if key != "extends"}


def _without(text: str, folder: str) -> str:
    for known in (os.path.realpath(folder), folder):
        text = text.replace(f"{known}{os.sep}", "").replace(known, "")
    return text
