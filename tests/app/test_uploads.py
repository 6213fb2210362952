"""Uploads are read as the command line reads files, in a folder of their own that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.app.service import MORE, written
from tests.scenario.small import small
from tests.scenario.test_hostile import HOSTILE
from workforce_sim.app.bases import GREATEST_UPLOAD, Base, read_given, read_upload
from workforce_sim.app.whatif import WhatIf
from workforce_sim.errors import ScenarioError, UsageError
from workforce_sim.scenario.reader import read_scenario


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The small service."""
    return read_given(written(tmp_path_factory.mktemp("service"))[:1])[0][0]


@pytest.mark.parametrize("what", HOSTILE)
def test_what_the_command_line_refuses_is_refused_with_the_same_words(what: str, base: Base, tmp_path: Path) -> None:
    """The same findings, line by line, and no word of the folder that it was read in."""
    data = HOSTILE[what].encode("utf-8", "surrogatepass")
    (tmp_path / "mine.yaml").write_bytes(data)
    with pytest.raises(ScenarioError) as on_disk:
        read_scenario(tmp_path / "mine.yaml")
    with pytest.raises(UsageError) as uploaded:
        read_upload("mine.yaml", data, [base])
    assert str(uploaded.value) == str(on_disk.value).replace(f"{tmp_path}/", "")
    assert tempfile.gettempdir() not in str(uploaded.value)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.yaml", "/etc/passwd", ".", "", "a\0b.yaml", "x" * 300]
)
def test_no_name_leads_out_of_the_folder(
    name: str, base: Base, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever an upload is called: it is read, and nothing is left behind anywhere."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert isinstance(read_upload(name, small().encode(), [base]), Base)
    assert not list(tmp_path.rglob("*"))


def test_a_what_if_finds_its_base_beside_it(base: Base) -> None:
    """A file that extends an open base is a what-if over it; one that stands alone is a base; a stranger is told."""
    whatif = read_upload("more.yaml", MORE.encode(), [base])
    assert isinstance(whatif, WhatIf)
    assert (whatif.base, whatif.name) == (base.key, "More nurses")
    alone = read_upload("own.yaml", small(("Small team", "Own team")).encode(), [base])
    assert isinstance(alone, Base)
    assert alone.scenario.name == "Own team"
    with pytest.raises(UsageError, match="a scenario file that exists"):
        read_upload("more.yaml", MORE.replace("small.yaml", "elsewhere.yaml").encode(), [base])
    with pytest.raises(UsageError, match="relative"):
        read_upload("more.yaml", MORE.replace("small.yaml", "/etc/passwd").encode(), [base])
    with pytest.raises(UsageError, match="more than 2 MiB"):
        read_upload("big.yaml", b"#" * (GREATEST_UPLOAD + 1), [base])
