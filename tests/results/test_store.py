"""Results are saved whole or not at all, and nothing of somebody else's is touched."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from tests.results.made_up import made_up_inputs, made_up_kept
from workforce_sim.analysis.waits import wait_rows
from workforce_sim.errors import UsageError
from workforce_sim.results import store
from workforce_sim.results.frames import tables_of
from workforce_sim.results.provenance import FORMAT, table_hash

SHEET = pd.DataFrame({"scenario": ["=cmd()", "-4", "plain"], "mean": [-1.5, 2.0, float("nan")]})


@pytest.fixture(scope="module")
def tables():
    """Tables of a made-up run."""
    inputs = made_up_inputs()
    return tables_of(inputs, [made_up_kept(inputs, 0)], wait_rows(inputs))


def listing(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too, with its content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def save(folder: Path, tables, force=False, figures=None):
    """Save a made-up study."""
    return store.save(folder, tables, {"summary": SHEET}, {"format": FORMAT, "seed": 1}, figures, force)


def test_what_is_saved_is_read_back(tmp_path, tables):
    """Tables come back with the same values and types."""
    save(tmp_path / "out", tables, figures={"overview.png": b"png"})
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(store.read_table(tmp_path / "out", name), frame)
    assert set(os.listdir(tmp_path)) == {"out"}


def test_the_manifest_names_every_file_with_its_size(tmp_path, tables):
    """Names, bytes and hashes are those of the files that are there."""
    save(tmp_path / "out", tables, figures={"overview.png": b"png"})
    files = listing(tmp_path / "out")
    manifest = json.loads(files.pop("manifest.json"))
    assert {name: len(content) for name, content in files.items()} == {
        n: f["bytes"] for n, f in manifest["files"].items()
    }
    assert manifest["tables"]["flows"] == {"rows": len(tables["flows"]), "sha256": table_hash("flows", tables["flows"])}


def test_saving_twice_gives_the_same_bytes(tmp_path, tables):
    """Files have no time and no order of chance in them."""
    save(tmp_path / "a", tables)
    save(tmp_path / "b", tables)
    assert listing(tmp_path / "a") == listing(tmp_path / "b")


def test_the_hash_of_a_table_does_not_know_the_order_of_rows(tables):
    """Sorted by key before hashing; another value is another hash."""
    frame = tables["flows"]
    assert table_hash("flows", frame.sample(frac=1, random_state=2)) == table_hash("flows", frame)
    assert table_hash("flows", frame.assign(gave_up=frame["gave_up"] + 1)) != table_hash("flows", frame)


def test_results_are_not_written_over_unless_forced(tmp_path, tables):
    """A folder with results is refused with a word on how to go on."""
    save(tmp_path / "out", tables, figures={"old.png": b"old"})
    with pytest.raises(UsageError, match="--force"):
        save(tmp_path / "out", tables)
    save(tmp_path / "out", tables, force=True, figures={"new.png": b"new"})
    assert "figures/new.png" in listing(tmp_path / "out")
    assert "figures/old.png" not in listing(tmp_path / "out")


def test_files_of_somebody_else_stay(tmp_path, tables):
    """Notes beside the results survive, also when results are replaced."""
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    (out / "figures" / "sketch.pdf").write_text("mine too")
    save(out, tables)
    save(out, tables, force=True)
    assert listing(out)["notes.txt"] == b"mine"
    assert listing(out)["figures/sketch.pdf"] == b"mine too"


def test_a_file_in_the_way_is_refused(tmp_path, tables):
    """Results need a folder."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="folder"):
        save(tmp_path / "out", tables, force=True)


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("before", ["nothing", "notes", "results"])
def test_whichever_write_fails_the_folder_is_as_before(tmp_path, tables, monkeypatch, call, before):
    """The n-th flush or rename fails, for every n until saving succeeds (the method of SQLite)."""
    out, real, small = tmp_path / "out", getattr(os, call), {"packages": tables["packages"]}
    if before == "notes":
        out.mkdir()
        (out / "notes.txt").write_text("mine")
    if before == "results":
        save(out, {"waits": tables["waits"]}, figures={"old.svg": b"old"})
    earlier = listing(tmp_path)
    for n in range(1, 40):
        monkeypatch.setattr(os, call, failing_at(n, real))
        try:
            save(out, small, force=True, figures={"new.png": b"new"})
        except OSError:
            assert listing(tmp_path) == earlier
        else:
            break
        finally:
            monkeypatch.setattr(os, call, real)
    assert n > 1
    assert "out/figures/new.png" in listing(tmp_path)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


DEAD = 1 << 23
"""No process has such a number."""


class Killed(BaseException):
    """The process is no more."""


def test_killed_at_any_moment_the_old_or_the_new_results_are_there(tmp_path, tables, monkeypatch):
    """Killed at the n-th rename, for every n: what is read next is whole, old or new, and nothing is left over."""
    out, old, new, came = tmp_path / "out", {"waits": tables["waits"]}, {"packages": tables["packages"]}, set()
    for n in range(1, 40):
        save(out, old, force=True, figures={"old.svg": b"old"})
        (out / "notes.txt").write_text("mine")
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(os, "getpid", lambda: DEAD)
            patch.setattr(os, "replace", killed_at(n, os.replace, patch))
            save(out, new, force=True, figures={"new.png": b"new"})
            break
        found, _, manifest = store.read(out, ())
        came.add(next(iter(found)))
        assert set(manifest["files"]) | {"manifest.json", "notes.txt"} == set(listing(out))
        assert os.listdir(tmp_path) == ["out"]
    assert n > 5
    assert came == {"waits"}, "the manifest comes last, and makes the new results those that are there"
    assert set(store.read(out, ())[0]) == {"packages"}


def killed_at(n, real, patch):
    """A function at whose n-th call the process dies: nothing that it does later happens, tidying up included."""
    calls = iter(range(1, 1000))

    def call(*arguments):
        if next(calls) >= n:
            patch.setattr(shutil, "rmtree", lambda *_, **__: None)
            raise Killed
        return real(*arguments)

    return call


def failing_at(n, real):
    """A function that fails the n-th time it is called, as on a full disk."""
    calls = iter(range(1, 1000))

    def call(*arguments, **more):
        if next(calls) == n:
            raise OSError(28, "No space left on device")
        return real(*arguments, **more)

    return call


def test_text_that_looks_like_a_formula_is_defused_and_numbers_are_not():
    """A spreadsheet shows =cmd() as text and -1.5 as a number."""
    assert store.csv_text(SHEET) == "scenario,mean\n'=cmd(),-1.5\n'-4,2.0\nplain,\n"


def test_a_damaged_table_is_an_error(tmp_path, tables):
    """A flipped bit is found by its checksum, never read as another number."""
    save(tmp_path / "out", tables)
    path = tmp_path / "out" / "tables" / "flows.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(OSError, match=r"."):
        store.read_table(tmp_path / "out", "flows")
