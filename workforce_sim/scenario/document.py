"""One YAML file as a tree of plain values, each with its place, read so that a hostile file can do no harm.

In: a path or a text. Out: a `Document`, or findings with file, line, column and YAML path. The parser's events are
counted and checked before anything is built from them: size, depth, number of nodes, aliases, tags, merge keys, twin
keys, unprintable characters and numbers beyond reason are refused here, once, for the whole package.
"""

from __future__ import annotations

import math
import re
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workforce_sim.errors import Finding, Findings, ScenarioError, quoted

# What a file may hold: bytes, characters in a line, levels, steps told of a path, values, characters in a text.
GREATEST_BYTES = 1 << 20
GREATEST_LINE = 4_000
GREATEST_DEPTH = 40
GREATEST_TOLD = 12
GREATEST_NODES = 20_000
GREATEST_TEXT = 2_000
GREATEST_WHOLE = 1 << 53
GREATEST_NUMBER = 1e12

Steps: TypeAlias = tuple[str | int, ...]
"""A YAML path, step by step: keys of mappings and positions in lists."""

_CORE_TAG = "tag:yaml.org,2002:"
_CORE_TYPES = frozenset(_CORE_TAG + name for name in ("str", "int", "float", "bool", "null", "seq", "map"))
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", re.ASCII)
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def written(steps: Steps) -> str:
    """A path as people write it: `packages.therapy.lead.roles[1]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps[:GREATEST_TOLD])
    return text.removeprefix(".") + ("…" if len(steps) > GREATEST_TOLD else "")


@dataclass(frozen=True)
class Place:
    """Where something stands: file, line and column, the latter two counted from 1."""

    file: str
    line: int = 0
    column: int = 0
    within: str = ""
    """What stands there for something longer, such as a lever; told with what was found."""
    sheet: str = ""
    """Sheet of a workbook, whose rows are lines; empty in a text."""

    def finding(self, steps: Steps, found: str, expected: str, nearest: tuple[str, ...] = ()) -> Finding:
        """A finding at this place."""
        found += f" in {self.within}" if self.within else ""
        return Finding(self.file, self.line, self.column, written(steps), found, expected, nearest, self.sheet)


@dataclass
class Document:
    """A tree of plain values (dict, list, str, int, float, bool, None) with the places of its keys and values."""

    file: str
    tree: Any = field(default_factory=dict)  # a mapping, once it is known to be one
    keys: dict[Steps, Place] = field(default_factory=dict)
    values: dict[Steps, Place] = field(default_factory=dict)

    def place(self, steps: Steps, *, of_key: bool = False) -> Place:
        """Where a path stands, or its nearest forebear that stands in a file."""
        first, second = (self.keys, self.values) if of_key else (self.values, self.keys)
        for length in range(len(steps), 0, -1):
            place = first.get(steps[:length]) or second.get(steps[:length])
            if place:
                return place
        return self.values.get((), Place(self.file, 1, 1))


def read_document(path: Path, name: str) -> Document:
    """Read one YAML file, called `name` in messages; raises `ScenarioError`."""
    return parse_document(_text_of(path, name), name)


def parse_document(text: str, name: str) -> Document:
    """Read YAML text, called `name` in messages; raises `ScenarioError`."""
    _refuse_long_lines(text, name)
    builder = _Builder(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        builder.findings.add(_syntax_finding(error, name))
    except YAMLError as error:  # characters that YAML itself forbids
        position = getattr(error, "position", 0)
        builder.findings.add(_place_in(text, position, name).finding((), "a character that YAML forbids", "plain text"))
    except _Enough:
        pass
    builder.findings.raise_if_any()
    document = builder.document
    if not isinstance(document.tree, dict):
        kind = "an empty file" if document.tree is None else "a list" if isinstance(document.tree, list) else "a word"
        expected = "a scenario, which is a mapping that begins with `name: …`"
        raise ScenarioError([document.place(()).finding((), kind, expected)])
    return document


def bytes_of(path: Path, name: str) -> bytes:
    """What is in a regular file of reasonable size; raises `ScenarioError`."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "something that is not a file"
            raise ScenarioError([Place(name).finding((), kind, "a scenario file (YAML)")])
        with path.open("rb") as file:
            data = file.read(GREATEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "an impossible name"
        raise ScenarioError([Place(name).finding((), reason.lower(), "a scenario file that can be read")]) from None
    if len(data) > GREATEST_BYTES:
        raise ScenarioError([Place(name).finding((), "a file of more than 1 MiB", "a scenario of at most 1 MiB")])
    return data


def _text_of(path: Path, name: str) -> str:
    """Text of such a file in UTF-8."""
    data = bytes_of(path, name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        place = Place(name, line, column)
        raise ScenarioError([place.finding((), "bytes that are not UTF-8", "a text saved as UTF-8")]) from None


def _refuse_long_lines(text: str, name: str) -> None:
    """The parser looks ahead to the end of the line, at a price that grows with its square."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > GREATEST_LINE:
            found, expected = f"a line of {len(line):,} characters", f"lines of at most {GREATEST_LINE:,}"
            raise ScenarioError([Place(name, number, GREATEST_LINE).finding((), found, expected)])


def _place_in(text: str, position: int, name: str) -> Place:
    before = text[:position]
    return Place(name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


def _syntax_finding(error: MarkedYAMLError, name: str) -> Finding:
    """A fault of YAML's own grammar, with the parser's words for what it met."""
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    problem = " ".join(str(error.problem or error.context or "text that is not YAML").split())
    if "'\\t'" in problem:
        return place.finding((), "a tab", "spaces: YAML does not allow tabs for indentation")
    return place.finding((), f"text that is not YAML ({problem})", "`key: value` lines with even indentation")


class _Enough(Exception):
    """Stops the parser: what follows cannot be trusted or is too much."""


@dataclass
class _Open:
    """A mapping or list that is being filled."""

    value: dict[str, Any] | list[Any]
    steps: Steps
    key: str | None = None
    folded: dict[str, Place] = field(default_factory=dict)


class _Builder:
    """Takes the parser's events one by one, checks each, and grows the tree."""

    def __init__(self, name: str) -> None:
        self.document = Document(name)
        self.document.tree = None  # until the root has been seen
        self.findings = Findings()
        self._name = name
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take one event."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document (`---`)", "one scenario in a file")
        elif kind == "AliasEvent":
            self._stop(event, f"an alias, *{event.anchor}"[:80], "the value written out: aliases are not allowed")
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            self._take_node(event, kind)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()

    def _take_node(self, event: Any, kind: str) -> None:
        self._nodes += 1
        if self._nodes > GREATEST_NODES:
            self._stop(event, f"more than {GREATEST_NODES:,} values", "a smaller scenario")
        if event.anchor is not None:
            self._stop(event, f"an anchor, &{event.anchor}"[:80], "no anchors: write the value where it is needed")
        if event.tag is not None and event.tag not in _CORE_TYPES:
            self._stop(event, f"the tag {quoted(event.tag)}", "plain values without tags")
        if kind == "ScalarEvent":
            self._take_scalar(event)
        else:
            self._take_collection(event, {} if kind == "MappingStartEvent" else [])

    def _take_collection(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        if self._expects_key():
            self._stop(event, "a mapping or list as a key", "a name as the key")
        if len(self._open) >= GREATEST_DEPTH:
            self._stop(event, f"more than {GREATEST_DEPTH} levels of nesting", "a flatter scenario")
        steps = self._put(value, self._place(event))
        self._open.append(_Open(value, steps))

    def _take_scalar(self, event: Any) -> None:
        self._check_text(event)
        if self._expects_key():
            self._take_key(event)
            return
        steps, place = self._next_steps(), self._place(event)
        plain = event.style is None and event.tag != _CORE_TAG + "str"
        value, problem = _plain_value(event.value) if plain else (event.value, None)
        if problem:
            self.findings.add(place.finding(steps, quoted(event.value), problem))
        self._put(value, place)

    def _take_key(self, event: Any) -> None:
        top, key, place = self._open[-1], event.value, self._place(event)
        if key == "<<" and event.style is None:
            self._stop(event, "a merge key, <<", "the keys written out, or `extends: other.yaml`")
        twin = top.folded.get(key.casefold())
        if twin is not None:
            found, expected = f"a second {quoted(key)}", f"each key once; the first is in line {twin.line}"
            self.findings.add(place.finding((*top.steps, key), found, expected))
        top.folded.setdefault(key.casefold(), place)
        top.key = key
        self.document.keys[(*top.steps, key)] = place

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _next_steps(self) -> Steps:
        if not self._open:
            return ()
        top = self._open[-1]
        return (*top.steps, len(top.value) if isinstance(top.value, list) else top.key or "")

    def _put(self, value: Any, place: Place) -> Steps:
        """Hang a value into the tree at the next place; returns its path."""
        steps = self._next_steps()
        if not self._open:
            self.document.tree = value
        else:
            top = self._open[-1]
            if isinstance(top.value, list):
                top.value.append(value)
            else:
                top.value[top.key or ""] = value
                top.key = None
        self.document.values[steps] = place
        return steps

    def _check_text(self, event: Any) -> None:
        problem = text_problem(event.value)
        if problem:
            steps = self._open[-1].steps if self._expects_key() else self._next_steps()
            self.findings.add(self._place(event).finding(steps, *problem))

    def _place(self, event: Any) -> Place:
        return Place(self._name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _stop(self, event: Any, found: str, expected: str) -> None:
        steps = self._open[-1].steps if self._expects_key() else self._next_steps()
        self.findings.add(self._place(event).finding(steps, found, expected))
        raise _Enough


def text_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with a text, and what is expected instead; None when nothing is."""
    if len(text) > GREATEST_TEXT:
        return f"a text of {len(text):,} characters", f"at most {GREATEST_TEXT:,} characters"
    for character in text:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            return f"an invisible character, U+{ord(character):04X}", "text that can be seen"
    if not unicodedata.is_normalized("NFC", text):
        return f"{quoted(text)} with letters and accents apart", "the accented letters themselves (Unicode NFC)"
    return None


def _plain_value(text: str) -> tuple[Any, str | None]:
    """Value of an unquoted scalar by the YAML 1.2 core schema, and what is wrong with it, if anything."""
    if text in _WORDS:
        return _WORDS[text], None
    if _NO_NUMBER.fullmatch(text):
        return 0.0, "a finite number"
    if _WHOLE.fullmatch(text):
        whole = int(text) if len(text) <= 20 else GREATEST_WHOLE + 1
        return (whole, None) if abs(whole) <= GREATEST_WHOLE else (0, "a whole number of at most 2^53")
    if _BASED.fullmatch(text):
        return 0, "a number in ordinary digits"
    if _FLOAT.fullmatch(text):
        number = float(text)
        fine = math.isfinite(number) and abs(number) <= GREATEST_NUMBER
        return (number, None) if fine else (0.0, "a number of at most 10^12")
    return text, None
