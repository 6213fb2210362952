"""Files that mean harm, or are merely broken, are refused with one clear sentence, at once and in little memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.scenario.small import SMALL, small
from workforce_sim.errors import ScenarioError
from workforce_sim.scenario import read_scenario, read_scenario_text

HOSTILE = {
    "alias bomb": "a: &a [x, x]\n" + "".join(f"a{i}: &a{i} [*a, *a]\n" for i in range(30)),
    "recursive alias": "a: &a [*a]\n",
    "merge key": "a: {<<: {b: 1}}\n",
    "deep flow": "[" * 3_900,
    "deep flow on one line": "[" * 500_000,
    "deep block": "\n".join(" " * i + "a:" for i in range(60)),
    "deep lines": "[\n" * 100_000,
    "many nodes": "a: [" + ",\n".join("1" for _ in range(60_000)) + "]",
    "python tag": "a: !!python/object/apply:os.system [echo]\n",
    "binary tag": "a: !!binary aGk=\n",
    "set tag": "a: !!set {b, c}\n",
    "timestamp tag": "a: !!timestamp 2026-01-01\n",
    "own tag": "a: !mine 1\n",
    "nan": "a: .NaN\n",
    "infinity": "a: -.inf\n",
    "float beyond reason": "a: 1e400\n",
    "whole beyond reason": "a: 1" + "0" * 3_000 + "\n",
    "whole above 2^53": "a: 9007199254740993\n",
    "hexadecimal": "a: 0x" + "f" * 3_000 + "\n",
    "nul": "a: b\x00c\n",
    "lone surrogate": 'a: "\\ud800"\n',
    "bidi override": "a: x\u202ey\n",
    "zero width": "a: x\u200by\n",
    "bell": 'a: "\\a"\n',
    "letters and accents apart": "a: cafe\u0301\n",
    "long text": "a:\n  " + "word\n  " * 1_000 + "\n",
    "long line": "a: " + "x" * 10_000 + "\n",
    "key twice": "a: 1\na: 2\n",
    "key twice but for case": "a: 1\nA: 2\n",
    "mapping as key": "{a: 1}: 2\n",
    "second document": "a: 1\n---\nb: 2\n",
    "directive": "%FOO bar\n---\n- a\n",
    "only comments": "# hello\n",
    "nothing": "",
    "a word": "hello\n",
    "a list": "- a\n",
    "unclosed": "a: {b: [c\n",
    "script as name": small(("nurse: {", "<script>: {")),
    "path as name": small(("peer: {", "../../etc/passwd: {")),
    "homoglyph": small(("peer: {", "p\u0435er: {")),
    "long name": small(("peer: {", "p" * 65 + ": {")),
    "formula": small(("11 per week", "=1+1")),
    "number as key": small(("peer: {", "1: {")),
    "octal": small(("11 per week", "0o12")),
    "underscores": small(("11 per week", "1_000 per week")),
    "sexagesimal": small(("11 per week", "12:30")),
    "huge rate": small(("11 per week", "9" * 400 + " per week")),
    "minus": small(("11 per week", "-0.0001 per week")),
    "arabic digits": small(("11 per week", "\u0661\u0661 per week")),
    "horizon of 101 years": small(("2 years", "101 years")),
    "horizon of nothing": small(("2 years", "0 days")),
    "a million teams": small(more="copies: 1000000\n"),
    "half a team": small(more="copies: 1.5\n"),
    "null block": small(more="remote:\n"),
    "changes as a mapping": small(more="changes: {from: 2026-10-01}\n"),
    "changes of text": small(more="changes: [hello]\n"),
    "a thousand changes": small(
        more="changes:\n" + "- {from: 2026-10-01, factor: workforce.roles.*.funded, by: x1.01, ramp: 1 year}\n" * 1_000
    ),
    "one key a thousand times": "a: 1\n" * 15_000,
    "evidence as a list": small(more="evidence: [a]\n"),
    "evidence of text": small(more="evidence: {workforce.roles.nurse.leavers: good}\n"),
    "extends a number": small(more="extends: 5\n"),
    "nine severities": small(("[mild, severe]", "[a, b, c, d, e, f, g, h, i]")),
    "title of two lines": small(("Small team", '"Small\\nteam"')),
    "title too long": small(("Small team", "x" * 201)),
    "title of spaces": small(("Small team", '"   "')),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_text_is_refused_within_seconds_of_work(case: str) -> None:
    """Nothing but findings comes out of a hostile text, after at most ten seconds of processor time."""
    begin = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        read_scenario_text(HOSTILE[case])
    assert time.process_time() - begin < 30
    assert caught.value.findings
    told = str(caught.value)
    assert told.isprintable() or "\n" in told
    assert len(told) < 20_000


def refusal(path: Path) -> str:
    """What is said about a file."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return str(caught.value)


def test_only_regular_files_of_reasonable_size_are_opened(tmp_path: Path) -> None:
    """Folders, pipes, devices, dangling links and giants are refused before they are read."""
    pipe, giant, link = tmp_path / "pipe", tmp_path / "giant.yaml", tmp_path / "link.yaml"
    os.mkfifo(pipe)
    giant.write_bytes(b"#" * ((1 << 20) + 1))
    link.symlink_to(tmp_path / "nowhere.yaml")
    assert "a folder" in refusal(tmp_path)
    assert "not a file" in refusal(pipe)
    assert "not a file" in refusal(Path("/dev/zero"))
    assert "more than 1 MiB" in refusal(giant)
    assert "no such file" in refusal(link)
    assert "impossible name" in refusal(Path("a\0b"))
    assert "name too long" in refusal(Path("x" * 5_000))


def test_bytes_that_are_not_utf_8_are_refused_with_their_place(tmp_path: Path) -> None:
    """The line and column of the first wrong byte are told."""
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"name: a\ntitle: caf\xe9\n")
    assert ":2:11: found bytes that are not UTF-8" in refusal(file)


def test_a_byte_order_mark_and_windows_line_ends_are_welcome(tmp_path: Path) -> None:
    """A file saved by a Windows editor reads like any other."""
    file = tmp_path / "windows.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_scenario(file).name == "Small team"
