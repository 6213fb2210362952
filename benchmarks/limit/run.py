"""How near the compiled kernel comes to the same rules hand-written in C++, measured side by side in one run.

The world is a reduced clinic (`clinic.yaml`: one team, one role, one package, a workforce that never changes), which
the kernel runs as it runs every scenario, and which `clinic.cpp` states by hand, knowing what was left out. Both get
the same luck, and every flow, stock and use of time by month and every spell must be equal, or no ratio is told.

Processor time of the days alone, with everything prepared: one `advance` over the whole horizon after `open`, and
`Clinic::run` after `Clinic::open`; compiling, drawing referrals, reading and writing are left out, and each side has
run the same world once before. Kernel and C++ take turns, each round with luck of its own; ratios are medians over
rounds. That nobody comes or goes is checked: the whole service, with its workforce's clock, gives the same tallies.

In: --rounds, --smoke. Out: progress, and as the last line one JSON object:

* ratio: kernel / C++ by g++ -O3 -march=native, since numba compiles for the machine at hand, too
* ratio_o3, ratio_pgo: the same against plain -O3, and against -O3 -march=native with a profile (-fprofile-use)
* kernel_ns_per_contact, cpp_ns_per_contact; contacts: attended or missed, in one run
* same_answers: always true; if they differ, the script fails
* simpy_ratio: the tests' slow twin in plain SimPy / kernel, over one year of the same service
* ciw, simmer: what was measured, or null, and then `ciw_reason`, `simmer_reason`. Ciw cannot state that a person holds
  a clinician's caseload place between appointments that need that clinician's time, so it is given less to do: people
  wait for a caseload place, give up, and keep it for as long as a course lasts. `ciw` is its time for each person
  arriving / the kernel's for each person referred, who has all the rest besides

Run: python benchmarks/limit/run.py [--rounds 7] [--smoke]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import simpy

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "oracle")]  # not `tests`: Ciw installs a package of that name

from twin import Twin  # noqa: E402 - the path is set first, so that the script runs from anywhere

from workforce_sim.engine.simulate import Compiled, new_staff, run_clinic  # noqa: E402
from workforce_sim.engine.workforce import Workforce  # noqa: E402
from workforce_sim.inputs.codes import Chance, Flow, PackageStock, SeriesRule, Setting  # noqa: E402
from workforce_sim.inputs.compile import compile_inputs  # noqa: E402
from workforce_sim.inputs.demand import draw_referrals  # noqa: E402
from workforce_sim.inputs.opening import draw_opening  # noqa: E402
from workforce_sim.scenario import read_scenario_text  # noqa: E402

SEED = 1
CLINIC = (HERE / "clinic.yaml").read_text(encoding="utf-8")

BUILDS = {"o3": ["-O3"], "native": ["-O3", "-march=native"], "pgo": ["-O3", "-march=native"]}
"""Ways to compile the C++; `pgo` also with the profile of one run."""

SPELL = (
    "key", "episode", "severity_at_referral", "severity", "urgent", "package", "slot", "referral_day",
    "first_contact_day", "second_contact_day", "assessed_day", "allocated_day", "start_day", "end_day", "end",
    "contacts", "missed",
)  # fmt: skip
"""Columns of a spell as the C++ writes it; its `package` is 1 where one was chosen, else 0."""

FLOWS, STOCKS, USES = 28, 7, 16
"""Columns of the tallies that the C++ has; all others must be nought."""

TABLES = ("flow", "stock_record", "use", "package_record")


def inputs_for(horizon):
    """The reduced clinic, compiled for so long a horizon."""
    return compile_inputs(read_scenario_text(CLINIC.replace("horizon: 10 years", f"horizon: {horizon}"), "clinic.yaml"))


# --- the kernel's side ------------------------------------------------------------------------------------------------


class Arrivals:
    """The luck of one replication: who is referred and who is found; the staff as they are on day 0."""

    def __init__(self, inputs, replication):
        """Everything that both sides are given."""
        self.inputs, self.replication = inputs, replication
        self.referrals = draw_referrals(inputs, SEED, replication)
        self.found = draw_opening(inputs, SEED, replication)
        self.staff, self.roster = new_staff(inputs)
        clinic = self.clinic()
        env = simpy.Environment()
        workforce = Workforce(env, inputs, self.staff, self.roster, clinic, SEED, replication)
        while env.peek() <= 0:
            env.step()
        workforce.settle()
        self.roster[:] = inputs.working[0]  # nobody is ever away

    def clinic(self):
        """The kernel's clinic of these people and a copy of these staff, before its first day."""
        luck, people = (SEED, self.replication), (self.referrals, self.found)
        clinic = Compiled(self.inputs, luck, people, self.staff.copy(), self.roster)
        clinic.set_rules(self.inputs.epochs[0].rules)
        clinic.open()
        return clinic


def run_kernel(arrivals):
    """(clinic at the horizon, processor seconds of its days)."""
    clinic = arrivals.clinic()
    began = time.process_time()
    clinic.advance(arrivals.inputs.days)
    seconds = time.process_time() - began
    clinic.finish()
    return clinic, seconds


def kernel_tables(clinic):
    """The tallies by month and the spells, sorted, in the columns that the C++ writes."""
    world, log = clinic.world, clinic.log
    spells = np.stack([log["package"] >= 0 if name == "package" else log[name] for name in SPELL], axis=1)
    starts = world.package_record[..., PackageStock.STARTED]
    tallies = []
    for table, columns_known in ((world.flow, FLOWS), (world.stock_record, STOCKS), (world.use, USES)):
        if table[..., columns_known:].any():
            sys.exit("The reduced clinic does something that the C++ does not know of.")
        tallies.append(table[..., :columns_known].ravel())
    return [*tallies, starts.ravel(), in_order(spells)]


def in_order(spells):
    """Spells by key and episode: int64, (spell, column)."""
    spells = np.asarray(spells, dtype=np.int64)
    return spells[np.lexsort((spells[:, 1], spells[:, 0]))]


def check_that_nobody_moves(arrivals):
    """The whole service, with the clock of its workforce, must give what one `advance` with day 0's staff gives."""
    whole, _ = run_clinic(arrivals.inputs, SEED, arrivals.replication, Compiled)
    alone, _ = run_kernel(arrivals)
    if not all(np.array_equal(getattr(whole.world, name), getattr(alone.world, name)) for name in TABLES):
        sys.exit("The workforce of the reduced clinic is not frozen: the whole service gives other tallies.")


# --- the C++ side -----------------------------------------------------------------------------------------------------


def build(folder, given):
    """The C++ built in every way: name → program. `given`: the inputs that the profile is made with."""
    compiler = shutil.which("g++")
    if compiler is None:
        sys.exit("No g++ here: the C++ side cannot be built, so there is no ratio. Debian: apt-get install g++")
    programs = {}
    for name, options in BUILDS.items():
        command = [compiler, "-std=c++17", *options, str(HERE / "clinic.cpp"), "-o", str(folder / name)]
        if name == "pgo":
            subprocess.run([*command, "-fprofile-generate"], check=True, cwd=folder)
            run_cpp(folder / name, given, folder)
            command.append("-fprofile-use")
        subprocess.run(command, check=True, cwd=folder)
        programs[name] = folder / name
    return programs


def write_inputs(path, arrivals):
    """Writes what `clinic.cpp` reads: rows of a name, how many numbers, the numbers."""
    inputs, rules = arrivals.inputs, arrivals.inputs.epochs[0].rules[0]
    setting, found = rules.setting, arrivals.found
    role, lead = 0, rules.package_series[0, 0]
    task = rules.series[lead, 0, 0, SeriesRule.TASK]
    rows = {
        "luck": [SEED, arrivals.replication],
        "working": inputs.working[0],
        "period": inputs.period_of_day,
        "settings": [
            rules.urgent[0],
            rules.seconds[setting[Setting.ASSESSMENT_TASK], 0, 0, role],
            rules.seconds[task, 0, 0, role],
            setting[Setting.SLOT_LOST],
            setting[Setting.REBOOK_DAYS],
            setting[Setting.CLOSE_AFTER_ASSESSMENTS],
            setting[Setting.CLOSE_AFTER_CONTACTS],
        ],
        "befall_waiting": law_row(rules, setting[Setting.BEFALL_LAW]),
        "befall_in_treatment": law_row(rules, setting[Setting.BEFALL_LAW_IN_TREATMENT]),
        "bounce": law_row(rules, setting[Setting.BOUNCE_LAW]),
        "comes_back": law_row(rules, setting[Setting.RETURN_LAW]),
        "interval": law_row(rules, rules.series[lead, 0, 0, SeriesRule.INTERVAL_LAW]),
        "referrals": columns(arrivals.referrals, "key", "day", "severity"),
        "found": columns(found, "key", "state", "severity", "referral_day", "planned", "done", "next_day"),
        "posts": columns(arrivals.staff, "daily_treatment", "daily_assessment", "places", "wte"),
    }
    for severity in range(len(inputs.names.severities)):
        chance, series = rules.chance[severity, 0], rules.series[lead, severity, 0]
        rows[f"severity{severity}"] = [
            *chance[[Chance.DECLINED, Chance.BOUNCES, Chance.TO_TREATMENT, Chance.ASSESSMENT_MISSED]],
            *chance[[Chance.GIVES_UP, Chance.WORSENS, Chance.DROPS_OUT, Chance.RETURNS]],
            *series[[SeriesRule.MISSED, SeriesRule.STRETCH, SeriesRule.WEIGHT]],
        ]
        rows[f"planned{severity}"] = law_row(rules, series[SeriesRule.CONTACTS_LAW])
    lines = (f"{name} {len(row)} {' '.join(str(int(number)) for number in row)}\n" for name, row in rows.items())
    path.write_text("".join(lines), encoding="utf-8")


def law_row(rules, law):
    """The base of a law, then its thresholds."""
    first, n, base = rules.law[law]
    return [base, *rules.law_threshold[first : first + n]]


def columns(rows, *names):
    """Some columns of structured rows, row after row."""
    return np.stack([rows[name] for name in names], axis=1).ravel()


def run_cpp(program, given, folder):
    """(numbers written, processor seconds of the days) of one program."""
    told = folder / "told.bin"
    done = subprocess.run([program, given, told], check=True, capture_output=True, text=True, cwd=folder)
    return np.fromfile(told, dtype=np.int64), float(done.stdout)


def must_be_equal(expected, numbers, name):
    """The kernel's tables against the numbers that the C++ wrote."""
    *tallies, spells = expected
    at = 0
    for table, tally in zip(("flows", "stocks", "use of time", "starts"), tallies, strict=True):
        differ = np.flatnonzero(numbers[at : at + tally.size] != tally)
        if len(differ):
            sys.exit(f"C++ ({name}) and kernel differ in {table} at {differ[:5].tolist()}: no ratio is told.")
        at += tally.size
    found = in_order(numbers[at:].reshape(-1, len(SPELL)))
    if not np.array_equal(found, spells):
        sys.exit(f"C++ ({name}) and kernel differ in the spells: no ratio is told.")


# --- others -----------------------------------------------------------------------------------------------------------


def timed(make_clinic):
    """A maker of clinics whose days add up their processor time in the list `seconds`, and that list."""
    seconds = []

    def make(*given):
        clinic = make_clinic(*given)
        advance = clinic.advance

        def timed_advance(until_day):
            began = time.process_time()
            advance(until_day)
            seconds.append(time.process_time() - began)

        clinic.advance = timed_advance
        return clinic

    return make, seconds


def twin(inputs, luck, arrivals, staff, roster):
    """The slow twin, made like the kernel's clinic."""
    return Twin(inputs, *luck, *arrivals, staff, roster)


def simpy_ratio(rounds):
    """The slow twin's time over the kernel's, for a year of the same service with the same luck: median over rounds."""
    inputs, ratios = inputs_for("1 year"), []
    for number in range(rounds):
        seconds = []
        for make_clinic in (Compiled, twin):
            make, spent = timed(make_clinic)
            run_clinic(inputs, SEED, number, make)
            seconds.append(sum(spent))
        ratios.append(seconds[1] / seconds[0])
    return statistics.median(ratios)


def ciw_seconds_per_person():
    """Ciw's processor time for each person who comes to wait for a caseload place, over one year."""
    import ciw

    year, comes_each_day, places, days_held = 365.0, 9.1, 1100, 125.0
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(comes_each_day)],
        service_distributions=[ciw.dists.Gamma(6.0, days_held / 6.0)],
        reneging_time_distributions=[ciw.dists.Exponential(0.008 / 7.0)],
        number_of_servers=[places],
    )
    ciw.seed(SEED)
    simulation = ciw.Simulation(network)
    began = time.process_time()
    simulation.simulate_until_max_time(year)
    return (time.process_time() - began) / (comes_each_day * year)


def others(rounds, kernel_seconds_per_referral):
    """Figures of other simulators, null where they are not there, with the reason."""
    figures = {"simpy_ratio": simpy_ratio(rounds), "ciw": None, "simmer": None}
    if importlib.util.find_spec("ciw") is None:
        figures["ciw_reason"] = "ciw is not installed"
    else:
        figures["ciw"] = ciw_seconds_per_person() / kernel_seconds_per_referral
    r_is_there = shutil.which("Rscript") is not None
    figures["simmer_reason"] = "no model is written for it" if r_is_there else "R is not installed"
    return figures


# --- side by side -----------------------------------------------------------------------------------------------------


def measure(inputs, rounds, folder):
    """Kernel and the C++ programs in turn: the figures of the docstring."""
    given = folder / "given.txt"
    first = Arrivals(inputs, 0)
    check_that_nobody_moves(first)  # also compiles the kernel, or loads what is compiled
    write_inputs(given, first)
    programs = build(folder, given)
    ratios, kernel_ns, cpp_ns, contacts = {name: [] for name in programs}, [], [], []
    per_referral = []
    for number in range(rounds):
        arrivals = Arrivals(inputs, number)
        write_inputs(given, arrivals)
        run_kernel(arrivals)
        clinic, seconds = run_kernel(arrivals)
        expected = kernel_tables(clinic)
        held = int(clinic.world.flow[..., [Flow.CONTACTS, Flow.CONTACTS_MISSED]].sum())
        for name, program in programs.items():
            numbers, cpp_seconds = run_cpp(program, given, folder)
            must_be_equal(expected, numbers, name)
            ratios[name].append(seconds / cpp_seconds)
            if name == "native":
                cpp_ns.append(1e9 * cpp_seconds / held)
        kernel_ns.append(1e9 * seconds / held)
        per_referral.append(seconds / int(clinic.world.flow[..., Flow.REFERRED].sum()))
        contacts.append(held)
        print(f"round {number}: kernel {kernel_ns[-1]:.0f} ns a contact, C++ {cpp_ns[-1]:.0f}; "
              + ", ".join(f"{name} {ratio[-1]:.2f}" for name, ratio in ratios.items()), flush=True)  # fmt: skip
    median = {name: statistics.median(ratio) for name, ratio in ratios.items()}
    return {
        "ratio": median["native"],
        "ratio_o3": median["o3"],
        "ratio_pgo": median["pgo"],
        "kernel_ns_per_contact": statistics.median(kernel_ns),
        "cpp_ns_per_contact": statistics.median(cpp_ns),
        "contacts": round(statistics.median(contacts)),
        "rounds": rounds,
        "same_answers": True,
        **others(1 if rounds == 1 else 3, statistics.median(per_referral)),
    }


def main():
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--smoke", action="store_true", help="one year, one round: shows that the script works")
    options = parser.parse_args()
    inputs = inputs_for("1 year" if options.smoke else "10 years")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(inputs, 1 if options.smoke else options.rounds, Path(folder))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
