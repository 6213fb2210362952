"""A what-if as plain data: a layer over a base, which is run, saved as YAML and put into a link as one and the same.

In: decisions, each with its date; or a file, or a link. Out: the layer as a scenario, as the text of a file that
extends the base, and packed for a link.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workforce_sim.errors import UsageError
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.writing import yaml_text

UNNAMED = "What if"
"""What a what-if is called until somebody names it."""
WORDS = ("name", "description", "workshop")
"""What moves no result."""
PROTOCOL = ("question", "guess", "findings", "decision")
"""What a workshop writes down, in this order."""
GREATEST_LINK = 1 << 16
"""Bytes of a what-if in a link, unpacked."""


@dataclass(frozen=True)
class WhatIf:
    """A layer over a base. Never altered: a decision makes another."""

    base: str
    """Key of the base."""
    layer: Mapping[str, Any]
    """What a file that extends the base says, without `extends`."""

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.layer.get("name") or UNNAMED)

    @property
    def key(self) -> str:
        """The same for what-ifs that have the same results, whatever they are called."""
        told = {name: part for name, part in self.layer.items() if name not in WORDS}
        return hashlib.sha256(json.dumps([self.base, told], sort_keys=True).encode()).hexdigest()

    @property
    def decides(self) -> bool:
        """Does it differ from its base in anything but words?"""
        return any(self.layer.get(part) for part in self.layer if part not in WORDS)

    @property
    def blocks(self) -> dict[str, Any]:
        """What a file puts over the base besides words, levers and dated changes."""
        return {name: part for name, part in self.layer.items() if name not in {*WORDS, "levers", "changes"}}

    @property
    def protocol(self) -> Mapping[str, str]:
        """What the workshop wrote down."""
        return {part: str(self.layer.get("workshop", {}).get(part, "")) for part in PROTOCOL}

    def wordless(self) -> WhatIf:
        """The same without anybody's words: one answer is shared by all who decide alike."""
        return self.but(**dict.fromkeys(WORDS))

    def title(self, base: Scenario) -> str:
        """Its name, made another than the base's."""
        return self.name if self.name != base.name else f"{self.name}, changed"

    def listed(self, part: str) -> list[dict[str, Any]]:
        """Copies of its `changes` or `levers`."""
        return [dict(entry) for entry in self.layer.get(part, ())]

    def but(self, **parts: Any) -> WhatIf:
        """Another with other parts; a part that is empty is left out."""
        layer = {name: part for name, part in {**self.layer, **parts}.items() if part}
        return WhatIf(self.base, layer)

    def scenario(self, base: Scenario) -> Scenario:
        """The scenario that a file with its text would be; raises `ScenarioError`."""
        return read_scenario_text(yaml_text({**self.layer, "name": self.title(base)}), f"{self.name}.yaml", over=base)

    def text(self, extends: str) -> str:
        """The text of a file beside its base, called `extends`."""
        words = {name: self.layer[name] for name in WORDS if name in self.layer}
        last = {name: self.layer[name] for name in ("levers", "changes") if name in self.layer}
        return yaml_text({"extends": extends, "name": self.name, **words, **self.blocks, **last})

    def packed(self) -> str:
        """For a link: letters, digits, - and _ only."""
        told = json.dumps([self.base, self.layer], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode().rstrip("=")

    @classmethod
    def unpacked(cls, text: str) -> WhatIf:
        """What a link holds; raises `UsageError` for anything else. What it says is not checked yet."""
        try:
            reader = zlib.decompressobj()
            told = reader.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), GREATEST_LINK)
            base, layer = json.loads(told)
        except (ValueError, TypeError, RecursionError, zlib.error, binascii.Error):
            raise UsageError("this link does not hold a what-if") from None
        if not isinstance(base, str) or not isinstance(layer, dict) or not _sound(layer):
            raise UsageError("this link does not hold a what-if")
        return cls(base, layer)


def _sound(layer: Mapping[str, Any]) -> bool:
    """Are lists lists of mappings, and the protocol one of texts, so that they can be looked at before being read?"""
    lists = all(
        isinstance(layer.get(part, []), list) and all(isinstance(entry, dict) for entry in layer.get(part, []))
        for part in ("changes", "levers")
    )
    protocol = layer.get("workshop", {})
    return lists and isinstance(protocol, dict) and isinstance(layer.get("name", ""), str)


# --- decisions -------------------------------------------------------------------------------------------------------


def value_set(whatif: WhatIf, path: str, day: date) -> Any:
    """What a path is set to on a day; None if nothing sets it."""
    dated = [entry for entry in _setting(whatif.listed("changes"), path) if str(entry["from"]) <= str(day)]
    found = max(dated, key=lambda entry: str(entry["from"]), default=None)
    if found is None:
        return None
    return found["to"]["value"] if isinstance(found["to"], Mapping) else found["to"]


def with_value(whatif: WhatIf, path: str, value: Any, day: date, standing: Any) -> WhatIf:
    """A path set to a value from a day on; nothing is said where that is what holds anyway."""
    changes = whatif.listed("changes")
    mine = [entry for entry in _setting(changes, path) if str(entry["from"]) == str(day)]
    others = [entry for entry in changes if entry not in mine]
    before = value_set(whatif.but(changes=others), path, day)
    if value != (standing if before is None else before):
        others.append({"from": str(day), "set": path, "to": value})
    return whatif.but(changes=others)


def _setting(changes: Sequence[Mapping[str, Any]], path: str) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in changes if entry.get("set") == path and "from" in entry and "to" in entry)


def lever_used(whatif: WhatIf, lever: str, day: date) -> Mapping[str, Any] | None:
    """How a lever is used on a day."""
    dated = [entry for entry in _using(whatif, lever) if str(entry["from"]) <= str(day) < str(entry.get("until", "9"))]
    return max(dated, key=lambda entry: str(entry["from"]), default=None)


def with_lever(whatif: WhatIf, lever: str, said: Mapping[str, Any] | None, day: date) -> WhatIf:
    """A lever used so from a day on, or no more; an earlier use ends that day."""
    used = _using(whatif, lever)
    others = [entry for entry in whatif.listed("levers") if entry not in used]
    earlier = [entry for entry in used if str(entry["from"]) < str(day)]
    for entry in earlier:
        if str(entry.get("until", "9")) >= str(day):
            entry["until"] = str(day)
            if said is not None and said == _said(entry):  # as before: the earlier use goes on
                del entry["until"]
                said = None
    own = []
    if said is not None:
        name = {"name": f"{lever.replace('.', '_')}_{len(earlier) + 1}"} if earlier else {}
        own = [{"lever": lever, "from": str(day), **name, **said}]
    return whatif.but(levers=[*others, *earlier, *own])


def _using(whatif: WhatIf, lever: str) -> list[dict[str, Any]]:
    return [entry for entry in whatif.listed("levers") if entry.get("lever") == lever and "from" in entry]


def _said(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in {"lever", "from", "until", "name"}}
