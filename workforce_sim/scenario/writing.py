"""A tree of plain values as YAML that reads back as the same tree.

In: mappings, lists, texts, numbers, switches and nothing. Out: text in the style of the shipped scenarios: mappings in
lines, the items of a list in one line each. A text is quoted unless it is plainly a word or a number with its unit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.*/% -]*[A-Za-z0-9_%]|\d{4}-\d\d-\d\d|-?[\d.]+%|-?[\d.]+ ?[a-z][a-z ]*[a-z]")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = frozenset(("true", "false", "null"))


def yaml_text(tree: Mapping[str, Any]) -> str:
    """The tree as the text of a file."""
    return "".join(f"{line}\n" for line in _lines(tree, ""))


def _lines(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in tree.items():
        name = f"{indent}{_key(key)}:"
        if isinstance(value, Mapping) and value:
            yield name
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            yield name
            yield from (f"{indent}  - {_in_one_line(item)}" for item in value)
        else:
            yield f"{name} {_in_one_line(value)}"


def _in_one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_in_one_line(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_one_line, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key not in _WORDS else json.dumps(key, ensure_ascii=False)
