"""Scenario files bred from the shipped ones by harm and chance: each must be read, or refused in words, soon.

    python tests/reliability/fuzz_scenarios.py --files 20000

In: how many files, and from which number on; the number of a file is its luck, so that any one can be bred again with
`--first N --files 1 --show`. Each file is read in a process of its own kind: memory is limited there, and a watchdog
outside counts. What reads well is compiled, and a share of that is simulated. Out: a line of JSON with counts, and a
line for each fault: any exception but the package's own, too much processor time, a process that died. Exit code 1 if
there was one.
"""

from __future__ import annotations

import argparse
import copy
import json
import multiprocessing
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
SECONDS = 5.0
"""Processor time that reading and compiling one file may take."""
PATIENCE = 60.0
"""Seconds after which the watchdog takes a silent process for hanging: longer, since others may use the processor."""
MEMORY = 1 << 30
"""Bytes of data that the reading process may hold."""
SIMULATED = 25
"""One file in so many has a short horizon, and is simulated if it reads well."""
MOST_REFERRALS = 20_000
"""Larger ones are not simulated here: `workforce_sim.sizing` asks about them before a run."""

Tree = Any
Spot = tuple[Any, Any]
"""(mapping or list, key or position in it)."""

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 1e12, -1e12, 9007199254740993, 1e308, float("nan"), float("inf"), float("-inf"),
    "", " ", "~", "nothing", "0", "-5", "1e400", "١٢ per week", "½", "=1+1", "@SUM(A1)", "0x10", "0o7", "12:30",
    "1_000", "café", "cafe\u0301", "\u202eevil", "a\u200bb", "\x07", "x" * 2_001, "é" * 1_999, "..", "../../etc/passwd",
    "C:\\x",
    "file:///etc/passwd", "<script>", "{}", "[]", "{{7*7}}", "%s%s%n", "no", "off", "yes", "on", "2026-02-30",
    "9999-12-31", "0001-01-01", "1e2 years", "100%", "-10%", "1000%", "x0", "x-1", "x1e9", "+5 points", "£1", "£-1",
    "0 weeks", "1e12 weeks", "1e-300 weeks", "NaN weeks", "inf per week", "0 wte", "0.1 wte", "1e9 wte", "1e6 per week",
    [], {}, [[]], [{}], {"": ""}, {"mean": "1 week"}, {"mean": 3, "sd": 1e9}, {"median": "1 week", "p90": "0 weeks"},
    {"value": "5%"}, {"value": "5%", "range": ["9%", "1%"], "grade": "Z"}, ["mild", "mild"], ["nobody"], "nobody",
)  # fmt: skip
ODD_KEYS = ("", " ", "nobody", "name", "extends", "value", "<<", "*", "a.b", "a[0]", "é", "p\u0435er", "x" * 65, "1",
            "null", "NURSE", "../x", "=1", "__class__", "self", "true", "mean")  # fmt: skip
ODD_NUMBERS = ("0", "-1", "1e-9", "0.5", "1", "7", "99", "1000", "1e6", "1e12", "1e300", "nan", "inf", "٣", "1,000",
               "1 000", ".5", "5.", "--5", "0x1F", "９")  # fmt: skip
ODD_UNITS = ("weeks", "days", "years", "hours per week", "minutes", "per week", "per year", "% per year", "%", "points",
             "wte", "points per year", "", "parsecs", "Weeks", "per  week")  # fmt: skip
ODD_DATES = ("2026-04-01", "2026-10-01", "2027-02-29", "1066-10-14", "9999-12-31", "2026-13-01", "2026-4-1", "soon",
             "2031-04-01", "2026-04-02", "0000-00-00", "+2026-10-01", "２０２６-10-01", "-2026-10-01")  # fmt: skip
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
UNIT = re.compile(r"(?<=\d)(?: ?%| [a-z ]+)")


def spots(tree: Tree) -> Iterator[Spot]:
    """Every place in a tree, from the root down."""
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from spots(tree[key])


def paths(tree: Tree, above: str = "") -> Iterator[str]:
    """The YAML path of every key below mappings."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        path = f"{above}.{key}".lstrip(".")
        yield path
        yield from paths(value, path)


class Breeder:
    """Breeds the file of a number."""

    def __init__(self, folder: Path) -> None:
        """`folder`: holds the shipped scenarios, so that what is bred there may extend them."""
        from workforce_sim.scenario.document import read_document
        from workforce_sim.scenario.lever_files import shipped_levers

        self.texts = {
            path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml")) if not path.is_symlink()
        }
        self.trees = {name: read_document(folder / name, name).tree for name in self.texts}
        self.levers = sorted(shipped_levers())
        self.paths = sorted({path for tree in self.trees.values() for path in paths(tree)})
        self.of_trees: tuple[Callable[[random.Random, Tree], None], ...] = (
            self.delete, self.repeat, self.rename, self.odd_value, self.odd_number, *[self.other_size] * 6,
            self.other_unit, self.swap, self.transplant, self.odd_date, self.nest, self.change, self.change, self.lever,
            self.rule, self.parent,
        )  # fmt: skip
        self.of_texts = (cut, repeat_line, drop_line, shift_line, odd_bytes, decorate, flip, other_encoding, many_lines)

    def file(self, number: int) -> bytes:
        """The file of that number, the same whenever it is asked for."""
        luck = random.Random(number)  # noqa: S311 no secrets
        name = luck.choice(list(self.texts))
        if luck.random() < 0.25:
            content = self.texts[name].encode()
            for _ in range(luck.randint(1, 3)):
                content = luck.choice(self.of_texts)(luck, content)
            return content
        tree = copy.deepcopy(self.trees[name])
        if number % SIMULATED == 0:
            tree["horizon"] = "26 weeks"
        for _ in range(luck.choice((1, 1, 1, 2, 3, 6))):
            luck.choice(self.of_trees)(luck, tree)
        return written(tree)

    # --- harm to a tree ----------------------------------------------------------------------------------------------

    def spot(self, luck: random.Random, tree: Tree, kind: type | tuple[type, ...] = object) -> Spot | None:
        """A place whose value is of a kind, if there is one."""
        found = [(parent, key) for parent, key in spots(tree) if isinstance(parent[key], kind)]
        return luck.choice(found) if found else None

    def delete(self, luck: random.Random, tree: Tree) -> None:
        """Take something out."""
        if at := self.spot(luck, tree):
            del at[0][at[1]]

    def repeat(self, luck: random.Random, tree: Tree) -> None:
        """Have something of a list twice, or of a mapping under another name."""
        if at := self.spot(luck, tree):
            parent, key = at
            if isinstance(parent, list):
                parent.insert(luck.randint(0, len(parent)), copy.deepcopy(parent[key]))
            else:
                parent[f"{key}_2"] = copy.deepcopy(parent[key])

    def rename(self, luck: random.Random, tree: Tree) -> None:
        """Give a key another name."""
        found = [(parent, key) for parent, key in spots(tree) if isinstance(parent, dict)]
        if found:
            parent, key = luck.choice(found)
            value = parent.pop(key)
            parent[luck.choice((*ODD_KEYS, key.upper(), key + "s", key[:-1], key[::-1]))] = value

    def odd_value(self, luck: random.Random, tree: Tree) -> None:
        """Put an odd value in a place."""
        if at := self.spot(luck, tree):
            at[0][at[1]] = copy.deepcopy(luck.choice(ODD_VALUES))

    def odd_number(self, luck: random.Random, tree: Tree) -> None:
        """Put an odd number in the place of one, its unit kept."""
        if at := self.spot(luck, tree, str):
            at[0][at[1]] = NUMBER.sub(luck.choice(ODD_NUMBERS), at[0][at[1]], count=1)

    def other_size(self, luck: random.Random, tree: Tree) -> None:
        """A larger or smaller number, such as a planner might try."""
        factor = luck.choice((0, 0.01, 0.1, 0.5, 0.9, 1.5, 3, 10, 100))
        found = [(p, k) for p, k in spots(tree) if isinstance(p[k], str) and NUMBER.search(p[k])]
        if found:
            parent, key = luck.choice(found)
            parent[key] = NUMBER.sub(lambda m: f"{float(m[0].replace(',', '')) * factor:.6g}", parent[key], count=1) \
                if NUMBER.search(parent[key])[0].count(".") < 2 else parent[key]  # fmt: skip

    def other_unit(self, luck: random.Random, tree: Tree) -> None:
        """The same number in another unit."""
        if at := self.spot(luck, tree, str):
            at[0][at[1]] = UNIT.sub(f" {luck.choice(ODD_UNITS)}", at[0][at[1]], count=1)

    def swap(self, luck: random.Random, tree: Tree) -> None:
        """Two values of a mapping or list change places."""
        if at := self.spot(luck, tree):
            parent, key = at
            other = luck.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
            parent[key], parent[other] = parent[other], parent[key]

    def transplant(self, luck: random.Random, tree: Tree) -> None:
        """Something of any scenario, put under its own name in a place of this one."""
        source = self.spot(luck, luck.choice(list(self.trees.values())))
        at = self.spot(luck, tree, dict)
        if source and at:
            own = at[0][at[1]] if luck.random() < 0.5 else tree
            own[str(source[1])] = copy.deepcopy(source[0][source[1]])

    def odd_date(self, luck: random.Random, tree: Tree) -> None:
        """A date on which nothing can be, or hardly."""
        found = [(p, k) for p, k in spots(tree) if isinstance(p[k], str) and re.fullmatch(r"\d{4}-\d\d-\d\d", p[k])]
        if found:
            parent, key = luck.choice(found)
            parent[key] = luck.choice(ODD_DATES)

    def nest(self, luck: random.Random, tree: Tree) -> None:
        """A value within many lists or mappings."""
        if at := self.spot(luck, tree):
            value = at[0][at[1]]
            for _ in range(luck.choice((1, 2, 5, 38, 45, 150))):
                value = [value] if luck.random() < 0.5 else {luck.choice(("a", "value", "mean")): value}
            at[0][at[1]] = value

    def change(self, luck: random.Random, tree: Tree) -> None:
        """A dated change of anything."""
        path = luck.choice(self.paths)
        if luck.random() < 0.3:
            path = ".".join("*" if luck.random() < 0.3 else step for step in path.split("."))
        kind = luck.choice(("set", "factor", "add"))
        usual = {"set": ("5 wte", "10%", "4 weeks", "0 wte", "20 per week"), "factor": ("x0.5", "x2", "x0"),
                 "add": ("+1 wte", "-1 wte", "+5 points", "+1 week", "-20 per week")}[kind]  # fmt: skip
        entry: dict[str, Any] = {
            "from": luck.choice(ODD_DATES if luck.random() < 0.3 else ("2026-10-01", "2026-05-01"))
        }
        entry |= {
            kind: path,
            "to" if kind == "set" else "by": luck.choice(usual if luck.random() < 0.7 else ODD_VALUES),
        }
        for key in ("ramp", "uptake", "half_life", "extent", "until", "lag"):
            if luck.random() < 0.12:
                entry[key] = luck.choice(("26 weeks", "50%", "2027-01-01", "3000 years", *ODD_VALUES))
        self.listed(tree, "changes").append(entry)

    def lever(self, luck: random.Random, tree: Tree) -> None:
        """A lever, with something that it may not take."""
        entry = {"lever": luck.choice((*self.levers, "nobody")), "from": luck.choice(("2026-10-01", *ODD_DATES))}
        if luck.random() < 0.4:
            entry[luck.choice(("places", "extent", "until", "effect", "roles", "wte", "as", *ODD_KEYS))] = luck.choice(
                (4, "50%", "2028-01-01", *ODD_VALUES)
            )
        self.listed(tree, "levers").append(entry)

    def rule(self, luck: random.Random, tree: Tree) -> None:
        """A standing rule, sound or not."""
        measure = luck.choice(("vacancy.nurse", "waiting_list", "caseload", "nobody", "vacancy"))
        level = {"measure": measure, "above": luck.choice(("15%", "100", 100, *ODD_VALUES)), "for": "4 weeks"}
        action = {"set": luck.choice(self.paths), "to": luck.choice(("5 wte", "50%", *ODD_VALUES))}
        own = tree.setdefault("rules", {})
        if isinstance(own, dict):
            own[f"rule_{luck.randint(1, 9)}"] = {"when": level, "then": [action]}

    def parent(self, luck: random.Random, tree: Tree) -> None:
        """Another parent, or none."""
        outside = ("../x.yaml", "/etc/passwd", "bred.yaml", ".", "", "link.yaml", "nowhere.yaml", "local_data", 5, None)
        tree["extends"] = luck.choice((*self.texts, *outside))

    @staticmethod
    def listed(tree: Tree, key: str) -> list[Any]:
        """The list under a key of the root, made if it is not there."""
        if not isinstance(tree.get(key), list):
            tree[key] = []
        own: list[Any] = tree[key]
        return own


def written(tree: Tree) -> bytes:
    """A tree as YAML in the form of JSON, with YAML's own words for what is no number."""
    text = json.dumps(tree, indent=1, ensure_ascii=False)
    text = re.sub(r"(?<=[ \[])(-?)Infinity(?=[,\n])", r"\1.inf", re.sub(r"(?<=[ \[])NaN(?=[,\n])", ".nan", text))
    return text.encode("utf-8", "surrogatepass")


# --- harm to a text --------------------------------------------------------------------------------------------------


def cut(luck: random.Random, content: bytes) -> bytes:
    """Cut short, anywhere."""
    return content[: luck.randint(0, len(content))]


def _line_changed(luck: random.Random, content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    lines = content.split(b"\n")
    at = luck.randrange(len(lines))
    lines[at] = change(lines[at])
    return b"\n".join(lines)


def repeat_line(luck: random.Random, content: bytes) -> bytes:
    """A line twice: mostly a key twice."""
    return _line_changed(luck, content, lambda line: line + b"\n" + line)


def drop_line(luck: random.Random, content: bytes) -> bytes:
    """A line is missing."""
    return _line_changed(luck, content, lambda _: b"")


def shift_line(luck: random.Random, content: bytes) -> bytes:
    """A line stands further in or out."""
    by = luck.choice((b" ", b"  ", b"\t", b"        ", b"-"))
    return _line_changed(luck, content, lambda line: by + line if luck.random() < 0.6 else line.lstrip())


def odd_bytes(luck: random.Random, content: bytes) -> bytes:
    """Bytes that no planner types, anywhere."""
    at = luck.randint(0, len(content))
    odd = luck.choice((b"\0", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x1b[2J", b"\r", b"\x85", b"\xe2\x80\xa8",
                       b"{", b"]", b"'", b'"', b"|", b">", b"#", b"%YAML 9.9\n", b"---\n", b"...\n", b"? ", b": ",
                       luck.randbytes(luck.randint(1, 200))))  # fmt: skip
    return content[:at] + odd + content[at:]


def decorate(luck: random.Random, content: bytes) -> bytes:
    """Tags, anchors, aliases and merge keys before a value."""
    odd = luck.choice((b"!!python/object/apply:os.system ", b"!!binary ", b"!x ", b"&a ", b"*a ", b"!!float ",
                       b"!!int ", b"!!null ", b"!!str ", b"!!map ", b"&a [*a, *a] ", b"<<: *a "))  # fmt: skip
    return _line_changed(luck, content, lambda line: line.replace(b": ", b": " + odd, 1))


def flip(luck: random.Random, content: bytes) -> bytes:
    """One bit is another."""
    if not content:
        return content
    at = luck.randrange(len(content))
    return content[:at] + bytes((content[at] ^ 1 << luck.randrange(8),)) + content[at + 1 :]


def other_encoding(luck: random.Random, content: bytes) -> bytes:
    """As another editor would save it."""
    encoding = luck.choice(("utf-16", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def many_lines(luck: random.Random, content: bytes) -> bytes:
    """A line a thousand times."""
    return _line_changed(luck, content, lambda line: b"\n".join([line] * luck.choice((50, 1_000, 15_000))))


# --- the process that reads, and the one that watches it -------------------------------------------------------------


def parse_shipped_files_once(folder: Path) -> None:
    """The parents of what is bred are the same each time; to parse them 20,000 times would take most of the time."""
    from workforce_sim.scenario import layers

    parse, shipped = layers.read_document, {path.name for path in SCENARIOS.glob("*.yaml")}
    known: dict[str, Any] = {}

    def parse_once(path: Path, name: str) -> Any:
        if path.name not in shipped or path.parent.resolve() != folder.resolve():
            return parse(path, name)
        if path.name not in known:
            known[path.name] = parse(path, name)
        kept = known[path.name]
        tree, keys, values = copy.deepcopy(kept.tree), dict(kept.keys), dict(kept.values)
        return replace(kept, file=name, tree=tree, keys=keys, values=values)

    layers.read_document = parse_once


def read(breeder: Breeder, folder: Path, numbers: range, pipe: Connection) -> None:
    """Read, compile and perhaps simulate each file; tells (number, what came of it, processor time, memory)."""
    from workforce_sim.errors import WorkforceSimError

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    parse_shipped_files_once(folder)
    file = folder / "bred.yaml"
    for number in numbers:
        file.write_bytes(breeder.file(number))
        began = time.process_time()
        try:
            told = _through(file, number)
        except WorkforceSimError as error:
            told = "refused" if str(error).strip() and len(str(error)) < 200_000 else "fault: no message, or a flood"
        except Exception:  # noqa: BLE001 whatever it is, it is what is looked for
            told = f"fault: {traceback.format_exc()}"
        used = time.process_time() - began
        pipe.send((number, told, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def _through(file: Path, number: int) -> str:
    """What comes of a file that is not refused."""
    from workforce_sim.analysis.trajectory import check_trajectory
    from workforce_sim.inputs.compile import compile_inputs
    from workforce_sim.scenario.reader import read_scenario

    scenario = read_scenario(file)
    check_trajectory(scenario)
    inputs = compile_inputs(scenario)
    if number % SIMULATED or inputs.days > 3 * 366:
        return "compiled"
    weekly = sum(source.referrals for source in scenario.demand.sources.values())
    if weekly * inputs.days / 7 * len(inputs.names.teams) > MOST_REFERRALS:
        return "compiled"
    from workforce_sim.engine.simulate import simulate

    simulate(inputs, seed=1, replication=number)
    return "simulated"


def compile_kernel(folder: Path) -> None:
    """Compile what simulates, once, before the clock is watched."""
    from workforce_sim.engine.simulate import simulate
    from workforce_sim.inputs.compile import compile_inputs
    from workforce_sim.scenario.reader import read_scenario

    simulate(compile_inputs(read_scenario(folder / "four_teams.yaml")), seed=1, replication=0)


def watched(folder: Path, numbers: range) -> Iterator[tuple[int, str, float, int]]:
    """What came of each file. A process that is silent for long, or dies, is its file's fault; another goes on."""
    todo = numbers
    context, breeder = multiprocessing.get_context("fork"), Breeder(folder)
    while todo:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=read, args=(breeder, folder, todo, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            while todo:
                if not ours.poll(PATIENCE):
                    yield todo[0], "fault: hangs", PATIENCE, 0
                    todo = todo[1:]
                    break
                yield ours.recv()
                todo = todo[1:]
        except EOFError:
            yield todo[0], "fault: its process died", 0.0, 0
            todo = todo[1:]
        finally:
            process.kill()
            process.join()


def main() -> int:
    """Breed and read; print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--show", action="store_true", help="print the files, read none")
    asked = parser.parse_args()
    numbers, counts = range(asked.first, asked.first + asked.files), Counter[str]()
    slowest, most, began = (0.0, -1), 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(SCENARIOS, Path(place) / "scenarios"))
        (folder / "link.yaml").symlink_to(ROOT / "pyproject.toml")
        if asked.show:
            sys.stdout.buffer.writelines(Breeder(folder).file(number) for number in numbers)
            return 0
        compile_kernel(folder)
        for number, told, used, memory in watched(folder, numbers):
            too_slow = told in ("refused", "compiled") and used > SECONDS
            outcome = f"fault: {used:.1f} s of processor time" if too_slow else told
            counts[outcome.split(":")[0]] += 1
            slowest, most = max(slowest, (round(used, 2), number)), max(most, memory)
            if outcome.startswith("fault"):
                print(f"file {number}: {outcome}", file=sys.stderr, flush=True)
    slow = {"slowest_seconds": slowest[0], "slowest_file": slowest[1]}
    spent = {**slow, "most_memory_mb": most >> 20, "seconds": round(time.perf_counter() - began)}
    print(json.dumps({"files": asked.files, "first": asked.first, "fault": 0, **counts, **spent}))
    return int(counts["fault"] > 0)


if __name__ == "__main__":
    sys.exit(main())
