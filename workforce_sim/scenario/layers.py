"""Layers of a scenario: a file that `extends` another is put over it, and every overridden value is told.

In: the path of a scenario. Out: one `Layered` tree with the place of every value, the dated changes and levers of all
layers (the parent's first) and the overrides as *path: old → new*. Parents, and folders of one's own levers, must lie
beneath the folder of the first file.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workforce_sim.errors import Finding, ScenarioError, quoted
from workforce_sim.scenario.document import Document, Place, Steps, parse_document, read_document, written
from workforce_sim.scenario.lever_files import levers_in, shipped_levers
from workforce_sim.scenario.workbook import is_workbook, read_workbook

GREATEST_LAYERS = 10
"""Longest chain of files, each extending the next."""
LONG_HAND = frozenset(("value", "range", "grade", "source"))
"""Keys of a number written with its evidence."""
SCENARIO_FILE = ("a scenario file", "adult_community.yaml")
"""What `extends` and the like name, and an example."""
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
    levers: list[Entry] = field(default_factory=list)
    own_levers: dict[str, Path] = field(default_factory=dict)
    """Name → file of the levers in the user's own folders."""
    rules: dict[str, Entry] = field(default_factory=dict)
    """Standing rules by name."""
    evidence: dict[str, Entry] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    varied: bool = False
    """Is it a variant of what somebody wrote? Then a change may leave everything as it stands."""
    chosen: frozenset[Steps] = frozenset()
    """Numbers that a variant has put there: the evidence written for others is not about them."""

    def copied(self) -> Layered:
        """A copy whose tree, lists and mappings can be altered; entries and places, which nobody alters, are shared."""
        own = replace(self, document=replace(self.document, tree=copy.deepcopy(self.document.tree)))
        own.document.keys, own.document.values = dict(own.document.keys), dict(own.document.values)
        for name in ("changes", "levers", "overrides"):
            setattr(own, name, list(getattr(own, name)))
        for name in ("own_levers", "rules", "evidence"):
            setattr(own, name, dict(getattr(own, name)))
        return own


def read_layers(path: Path) -> Layered:
    """Read a scenario and everything that it extends; raises `ScenarioError`."""
    if "\0" in str(path):
        raise ScenarioError([Place(str(path)).finding((), "an impossible name", "a scenario file that can be read")])
    root = Path(os.path.realpath(path)).parent
    return _read(path, str(path), root, ())


def read_one(path: Path, name: str) -> Document:
    """One scenario file by itself, YAML or a form, called `name` in messages; raises `ScenarioError`."""
    return read_workbook(path, name) if is_workbook(path) else read_document(path, name)


def parse_layers(text: str, name: str, beneath_it: Layered | None = None) -> Layered:
    """Layers of a scenario given as text, put over others if they are given; raises `ScenarioError`.

    A text cannot extend a file; where it is put over others, they stand for the file that it says it extends.
    """
    document = parse_document(text, name)
    if beneath_it is not None:
        document.tree.pop("extends", None)
    for key in ("extends", "lever_folder"):
        if key in document.tree:
            found = shown_name(document.tree[key])
            raise ScenarioError([document.place((key,)).finding((key,), found, f"no `{key}` outside a file")])
    own = _separate(document)
    return own if beneath_it is None else _put_over(beneath_it.copied(), own)


def _read(path: Path, name: str, root: Path, chain: tuple[Path, ...]) -> Layered:
    document = read_one(path, name)
    chain = (*chain, Path(os.path.realpath(path)))
    own = _separate(document)
    if "lever_folder" in document.tree:
        own.own_levers = _own_levers(document, path, root)
        del document.tree["lever_folder"]
    if "extends" not in document.tree:
        return own
    parent = _parent_path(document, path, root, chain)
    del document.tree["extends"]
    return _put_over(_read(parent, os.path.normpath(parent), root, chain), own)


def _parent_path(document: Document, path: Path, root: Path, chain: tuple[Path, ...]) -> Path:
    """Path of the extended file, refused unless it is relative, beneath the root, and not in the chain already."""
    wanted: str = document.tree["extends"]
    refuse = _refusal(document, "extends")
    resolved = beneath(document, "extends", path, root, SCENARIO_FILE)
    if resolved in chain:
        names = " -> ".join(link.name for link in (*chain[chain.index(resolved) :], resolved))
        raise refuse(f"a circle, {names}", "files that do not extend each other")
    if len(chain) >= GREATEST_LAYERS:
        raise refuse(f"a chain of more than {GREATEST_LAYERS} files", "fewer layers")
    must_exist(document, "extends", resolved)
    return path.parent / wanted


def must_exist(document: Document, key: str, resolved: Path) -> None:
    """Refuses a key that names a scenario file which is not there."""
    if not os.path.isfile(resolved):  # noqa: PTH113  # Path.is_file raises on a name that is too long
        raise _refusal(document, key)(quoted(document.tree[key]), "a scenario file that exists")


def _refusal(document: Document, key: str) -> Callable[[str, str], ScenarioError]:
    """Makes the error about a top-level key."""
    return lambda found, expected: ScenarioError([document.place((key,)).finding((key,), found, expected)])


def beneath(document: Document, key: str, path: Path, root: Path, what: tuple[str, str]) -> Path:
    """The true path of what a key names, refused unless it is relative to the file and beneath the root."""
    wanted, refuse, (noun, example) = document.tree[key], _refusal(document, key), what
    if not isinstance(wanted, str) or not wanted.strip():
        raise refuse(shown_name(wanted), f"the name of {noun}, such as {example}")
    if Path(wanted).is_absolute() or any(sign in wanted for sign in ("://", "\\", "\0")):
        raise refuse(quoted(wanted), f"a path relative to this file, such as {example}")
    resolved = Path(os.path.realpath(path.parent / wanted))
    if not resolved.is_relative_to(root):
        raise refuse(
            quoted(wanted), f"{noun.replace('scenario file', 'file')} in the folder of the scenario, or beneath it"
        )
    return resolved


def _own_levers(document: Document, path: Path, root: Path) -> dict[str, Path]:
    """Name → file of the levers in a scenario's `lever_folder`; none may have the name of a shipped one."""
    wanted, refuse = document.tree["lever_folder"], _refusal(document, "lever_folder")
    folder = beneath(document, "lever_folder", path, root, ("a folder of levers", "my_levers"))
    try:
        found = levers_in(folder)
    except (OSError, ValueError):
        raise refuse(quoted(wanted), "a folder that can be read") from None
    for name, file in found.items():
        if not Path(os.path.realpath(file)).is_relative_to(root):
            raise refuse(quoted(file.name), "files in the folder of the scenario, or beneath it")
        if name in shipped_levers():
            expected = f"another name, because a lever {name} comes with the package"
            raise refuse(f"{quoted(file.name)} in it", expected)
    return {name: Path(os.path.normpath(path.parent / wanted)) / file.name for name, file in found.items()}


def shown_name(value: Any) -> str:
    """The value of `extends` in a message."""
    return quoted(value) if isinstance(value, str) else "something that is not a file name"


def _separate(document: Document) -> Layered:
    """Take `changes`, `levers` and `evidence` out of the tree, entry by entry."""
    layered = Layered(document)
    layered.changes = _listed(document, "changes", "{from: 2026-10-01, set: …, to: …}")
    layered.levers = _listed(document, "levers", "{lever: retain.bundle, from: 2026-07-01}")
    layered.rules = _named(document, "rules", "a mapping of names, each with {when: …, then: …}")
    layered.evidence = _named(document, "evidence", "a mapping of paths, each with {grade: …, source: …}")
    return layered


def _named(document: Document, key: str, expected: str) -> dict[str, Entry]:
    """The entries of a top-level mapping, taken out of the tree."""
    items = document.tree.pop(key, None) or {}
    if not isinstance(items, dict):
        raise _refusal(document, key)("something else", expected)
    return {name: Entry(value, document, (key, name)) for name, value in items.items()}


def _listed(document: Document, key: str, form: str) -> list[Entry]:
    """The entries of a top-level list, taken out of the tree."""
    items = document.tree.pop(key, None) or []
    if not isinstance(items, list):
        raise _refusal(document, key)("something else", f"a list of {key}, each `- {form}`")
    return [Entry(value, document, (key, i)) for i, value in enumerate(items)]


def _put_over(parent: Layered, child: Layered) -> Layered:
    """The child's tree put over the parent's: mappings merge, everything else replaces."""
    merged = Layered(
        Document(child.document.file),
        parent.changes + child.changes,
        parent.levers + child.levers,
        parent.own_levers | child.own_levers,
        parent.rules | child.rules,
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
