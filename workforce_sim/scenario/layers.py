"""Layers of a scenario: a file that `extends` another is put over it, and every overridden value is told.

In: the path of a scenario. Out: one `Layered` tree with the place of every value, the dated changes of all layers
(the parent's first) and the overrides as *path: old → new*. Parents must lie beneath the folder of the first file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workforce_sim.errors import Finding, ScenarioError, quoted
from workforce_sim.scenario.document import Document, Place, Steps, parse_document, read_document, written

GREATEST_LAYERS = 10
"""Longest chain of files, each extending the next."""
LONG_HAND = frozenset(("value", "range", "grade", "source"))
"""Keys of a number written with its evidence."""
_PAIRS = (frozenset(("mean", "sd")), frozenset(("median", "p90")))


@dataclass(frozen=True)
class Override:
    """One value that a layer puts over its parent's."""

    path: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path}: {self.old} → {self.new}"


@dataclass(frozen=True)
class Entry:
    """One item of `changes`, `levers` or `evidence`, with the file that it stands in."""

    value: Any
    document: Document
    steps: Steps
    lever: str = ""
    """Name of the lever that it was expanded from, if any."""
    use: str = ""
    """Name under which that lever is used."""
    may_be_idle: bool = False
    """May it leave everything as it stands?"""

    def place(self, *below: str | int) -> Place:
        """Where the entry stands, or something in it."""
        return self.document.place((*self.steps, *below))

    def finding(self, below: tuple[str | int, ...], found: str, expected: str, close: tuple[str, ...] = ()) -> Finding:
        """A finding about the entry, or about something in it."""
        return self.place(*below).finding((*self.steps, *below), found, expected, close)


@dataclass
class Layered:
    """A tree put together from one or more files."""

    document: Document
    changes: list[Entry] = field(default_factory=list)
    evidence: dict[str, Entry] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)


def read_layers(path: Path) -> Layered:
    """Read a scenario and everything that it extends; raises `ScenarioError`."""
    if "\0" in str(path):
        raise ScenarioError([Place(str(path)).finding((), "an impossible name", "a scenario file that can be read")])
    root = Path(os.path.realpath(path)).parent
    return _read(path, str(path), root, ())


def parse_layers(text: str, name: str) -> Layered:
    """Layers of a scenario given as text, which cannot extend a file; raises `ScenarioError`."""
    document = parse_document(text, name)
    if "extends" in document.tree:
        found = shown_name(document.tree["extends"])
        raise ScenarioError([document.place(("extends",)).finding(("extends",), found, "no `extends` outside a file")])
    return _separate(document)


def _read(path: Path, name: str, root: Path, chain: tuple[Path, ...]) -> Layered:
    document = read_document(path, name)
    chain = (*chain, Path(os.path.realpath(path)))
    own = _separate(document)
    if "extends" not in document.tree:
        return own
    parent = _parent_path(document, path, root, chain)
    del document.tree["extends"]
    return _put_over(_read(parent, os.path.normpath(parent), root, chain), own)


def _parent_path(document: Document, path: Path, root: Path, chain: tuple[Path, ...]) -> Path:
    """Path of the extended file, refused unless it is relative, beneath the root, and not in the chain already."""
    wanted, place = document.tree["extends"], document.place(("extends",))

    def refuse(found: str, expected: str) -> ScenarioError:
        return ScenarioError([place.finding(("extends",), found, expected)])

    if not isinstance(wanted, str) or not wanted.strip():
        raise refuse(shown_name(wanted), "the name of a scenario file, such as adult_community.yaml")
    if Path(wanted).is_absolute() or "://" in wanted or "\\" in wanted:
        raise refuse(quoted(wanted), "a path relative to this file, such as adult_community.yaml")
    resolved = Path(os.path.realpath(path.parent / wanted))
    if not resolved.is_relative_to(root):
        raise refuse(quoted(wanted), "a file in the folder of the scenario, or beneath it")
    if resolved in chain:
        names = " -> ".join(link.name for link in (*chain[chain.index(resolved) :], resolved))
        raise refuse(f"a circle, {names}", "files that do not extend each other")
    if len(chain) >= GREATEST_LAYERS:
        raise refuse(f"a chain of more than {GREATEST_LAYERS} files", "fewer layers")
    if not os.path.isfile(resolved):  # noqa: PTH113  # Path.is_file raises on a name that is too long
        raise refuse(quoted(wanted), "a scenario file that exists")
    return path.parent / wanted


def shown_name(value: Any) -> str:
    """The value of `extends` in a message."""
    return quoted(value) if isinstance(value, str) else "something that is not a file name"


def _separate(document: Document) -> Layered:
    """Take `changes` and `evidence` out of the tree, entry by entry."""
    layered = Layered(document)
    changes = document.tree.pop("changes", None) or []
    if not isinstance(changes, list):
        expected = "a list of changes, each `- {from: 2026-10-01, set: …, to: …}`"
        raise ScenarioError([document.place(("changes",)).finding(("changes",), "something else", expected)])
    layered.changes = [Entry(value, document, ("changes", i)) for i, value in enumerate(changes)]
    evidence = document.tree.pop("evidence", None) or {}
    if not isinstance(evidence, dict):
        expected = "a mapping of paths, each with {grade: …, source: …}"
        raise ScenarioError([document.place(("evidence",)).finding(("evidence",), "something else", expected)])
    layered.evidence = {name: Entry(value, document, ("evidence", name)) for name, value in evidence.items()}
    return layered


def _put_over(parent: Layered, child: Layered) -> Layered:
    """The child's tree put over the parent's: mappings merge, everything else replaces."""
    merged = Layered(
        Document(child.document.file),
        parent.changes + child.changes,
        parent.evidence | child.evidence,
        list(parent.overrides),
    )
    merged.document.keys = parent.document.keys | child.document.keys
    merged.document.values = parent.document.values | child.document.values
    merged.document.tree = _merge(parent.document.tree, child.document.tree, (), merged.overrides)
    return merged


def _merge(old: dict[str, Any], new: dict[str, Any], steps: Steps, overrides: list[Override]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        below, before = (*steps, key), old.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and not _is_one_value(value, before):
            merged[key] = _merge(before, value, below, overrides)
            continue
        merged[key] = value
        if key not in old or before != value:
            overrides.append(Override(written(below), _told(before) if key in old else "not given", _told(value)))
    return merged


def _is_one_value(value: dict[str, Any], before: dict[str, Any]) -> bool:
    """Long-hand numbers and distributions replace as a whole: evidence never outlives the value it was for."""
    keys = set(value)
    return is_long_hand(value) or is_long_hand(before) or keys in _PAIRS


def is_long_hand(value: Any) -> bool:
    """Whether this is a number written with its evidence, {value: …, range: …, grade: …, source: …}."""
    return isinstance(value, dict) and "value" in value and LONG_HAND.issuperset(value)


def _told(value: Any) -> str:
    """A value as an override tells it."""
    if is_long_hand(value):
        return _told(value["value"])
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_told(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_told, value)) + "]"
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
