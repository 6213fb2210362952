"""What can be taken away from the page: the what-if as YAML, the figures as CSV, and everything kept in one archive.

In: this browser session and the answers to it. Out: `Download` records; further kinds are added to the list.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from workforce_sim.app.desk import Told
from workforce_sim.app.visit import Visit
from workforce_sim.app.whatif import PROTOCOL, WhatIf
from workforce_sim.results.store import csv_text
from workforce_sim.run import Comparison

_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Download:
    """A file to take away."""

    label: str
    name: str
    data: bytes
    kind: str
    """Its media type."""


def downloads(visit: Visit, told: Mapping[str, Told]) -> Iterator[Download]:
    """The files that there are now. `told`: key of a what-if → its answer."""
    base = visit.base
    name = file_name(visit.now)
    yield Download("This what-if (YAML)", name, visit.now.text(base.file).encode(), "application/yaml")
    own = told.get(visit.now.key)
    if own is not None:
        own = own.named(visit.now.title(base.scenario))
        sheet = own.study.comparison if isinstance(own.study, Comparison) else own.study.summary
        figures = csv_text(sheet).encode()
        yield Download("Its figures (CSV)", f"{name.removesuffix('.yaml')}.csv", figures, "text/csv")
    if visit.kept:
        yield Download("All kept (ZIP)", "workshop.zip", _archive(visit, told), "application/zip")


def file_name(whatif: WhatIf) -> str:
    """A name for the file of a what-if."""
    return f"{_ODD.sub('_', whatif.name.lower()).strip('_')[:60] or 'what_if'}.yaml"


def _archive(visit: Visit, told: Mapping[str, Told]) -> bytes:
    """The base, every kept what-if beside it, their figures and what was written down: a folder to go on from."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in visit.base.files.items():
            archive.writestr(file, content)
        for place, whatif in enumerate(visit.kept, 1):
            archive.writestr(f"{place}_{file_name(whatif)}", whatif.text(visit.base.file))
        sheets = [told[each.key].named(each.name).study for each in visit.kept if each.key in told]
        compared = [study.comparison for study in sheets if isinstance(study, Comparison)]
        if compared:
            archive.writestr("comparison.csv", csv_text(pd.concat(compared, ignore_index=True)))
        archive.writestr("protocol.md", protocol(visit))
    return buffer.getvalue()


def protocol(visit: Visit) -> str:
    """What was asked, guessed, found and decided, what-if by what-if."""
    lines = [f"# Workshop on {visit.base.scenario.name}", ""]
    for whatif in visit.kept:
        lines += [f"## {whatif.name}", ""]
        for part in PROTOCOL:
            lines += [f"**{part.capitalize()}**", "", whatif.protocol[part] or "not written down", ""]
    return "\n".join(lines)
