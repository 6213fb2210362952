"""One replication: the SimPy clock of the workforce advances, and hands each interval to the clinic.

In: `Inputs`, seed, replication number. Out: `RawRun`, the arrays that the result tables are made of.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import simpy

from workforce_sim import compiled
from workforce_sim.engine import kernel
from workforce_sim.engine.gauges import Tallies
from workforce_sim.engine.kernel.handle import handle, kept_handle
from workforce_sim.engine.management import Management
from workforce_sim.engine.posts import Story
from workforce_sim.engine.state import (
    CACHE_LINE,
    COURSE,
    LOG,
    NODE,
    PATIENT,
    ROWS_IN_BLOCK,
    STAFF,
    Counter,
    Stop,
    World,
)
from workforce_sim.engine.workforce import Workforce
from workforce_sim.inputs.codes import Flow, Names, PackageStock, Setting, StaffKind, State, Stock, Use
from workforce_sim.inputs.demand import draw_referrals, stretches
from workforce_sim.inputs.opening import draw_opening
from workforce_sim.inputs.rules import Inputs, PostKind, Rules


class RawRun(NamedTuple):
    """What one replication leaves behind."""

    replication: int
    flow: np.ndarray  # int64, (period, team, severity, group, Flow.N)
    stock_record: np.ndarray  # int64, (period, team, severity, group, Stock.N)
    package_record: np.ndarray  # int64, (period, team, package, PackageStock.N)
    use: np.ndarray  # int64, (period, team, role, Use.N)
    staffing: np.ndarray  # int64, (period, team, role, Staffing.N)
    log: np.ndarray  # LOG, (spell,), in order of ending; nothing if handed on as they ended
    careers: np.ndarray  # int64, see `Workforce`
    fired: np.ndarray  # int64, (event, 3): when standing rules began and ended, see `Management`


class Clinic(Protocol):
    """What the simulation asks of a clinic: the compiled kernel, or its slow twin in the tests."""

    def set_rules(self, rules: tuple[Rules, ...]) -> None:
        """From today on these rules hold."""

    def open(self) -> None:
        """Places the people found on day 0."""

    def refer(self, referrals: np.ndarray) -> None:
        """REFERRAL rows of the next days; all that were known before have been referred."""

    def release(self, slot: int) -> None:
        """The clinician in `slot` leaves today."""

    def staff_changed(self, team: int) -> None:
        """Something was written to the staff of a team."""

    def advance(self, until_day: int) -> None:
        """Runs the days up to and without `until_day`."""

    def finish(self) -> None:
        """Logs the spells still open."""

    def tallies(self) -> Tallies:
        """Stocks now; flows and use of time since day 0."""

    def open_spells(self) -> np.ndarray:
        """The people who are open: an array with the days of the clocks."""


OnSpells = Callable[[np.ndarray], None]
"""Is handed LOG rows as spells end, to be read before it returns."""


Policy = Callable[[Workforce], Story]
"""A rule of one's own for the staff, as a SimPy process: it is told the workforce as the clock begins, waits for days
of its choice (`yield workforce.until(day)`), and may change what holds for the staff (`workforce.set_rules`). It takes
part in one run in this process only: nothing of it is in a scenario, and no finished replication is kept."""


class Compiled:
    """The clinic run by the compiled kernel."""

    def __init__(
        self,
        inputs: Inputs,
        luck: tuple[int, int],
        arrivals: tuple[np.ndarray, np.ndarray],
        staff: np.ndarray,
        roster: np.ndarray,
        on_spells: OnSpells | None = None,
    ) -> None:
        """`luck`: (seed, replication); `arrivals`: REFERRAL, OPENING rows; `staff`, `roster`: the workforce's, too."""
        self._opening = arrivals[1]
        self._hold(new_world(inputs, luck, arrivals, staff, roster))
        self._on_spells = on_spells
        self._logs: list[np.ndarray] = []

    def _hold(self, world: World) -> None:
        self.world = world
        self._world = handle(world)

    def set_rules(self, rules: tuple[Rules, ...]) -> None:
        """From today on these rules hold, by kind of team."""
        self._rules = kept_handle(rules)
        self.world.dirty[:] = 1

    def open(self) -> None:
        """Places the people found on day 0."""
        kernel.open_service(self._world, self._rules, self._opening)

    def refer(self, referrals: np.ndarray) -> None:
        """REFERRAL rows of the next days; all that were known before have been referred."""
        self.world.counter[Counter.REFERRALS_TAKEN] = 0
        self._hold(self.world._replace(referral=referrals))

    def release(self, slot: int) -> None:
        """The clinician in `slot` leaves today."""
        kernel.release(self._world, self._rules, slot)

    def staff_changed(self, team: int) -> None:
        """Something was written to the staff of a team."""
        self.world.dirty[team] = 1

    def advance(self, until_day: int) -> None:
        """Runs the days up to and without `until_day`, with more rows when they run out."""
        while (stop := kernel.advance(self._world, self._rules, until_day)) != Stop.DONE:
            if stop == Stop.NEEDS_ROWS:
                self._hold(with_more_rows(self.world))
            else:
                self._drain_log()
        if self._on_spells is not None:
            self._drain_log()

    def finish(self) -> None:
        """Logs the spells still open."""
        self._drain_log()
        kernel.finish(self._world)
        self._drain_log()

    def tallies(self) -> Tallies:
        """Stocks now; flows and use of time since day 0."""
        world = self.world
        flow = world.flow.sum(axis=(0, 1)) + world.flow_now.sum(axis=0)
        return Tallies(world.stock.sum(axis=0), flow, world.use.sum(axis=(0, 1)) + world.use_now.sum(axis=0))

    def open_spells(self) -> np.ndarray:
        """PATIENT, (person,): those who are open."""
        people = self.world.patient[: self.world.counter[Counter.ROWS_HANDED_OUT]]
        still_open: np.ndarray = people[(people["state"] != State.FREE) & (people["state"] != State.AT_RISK)]
        return still_open

    def _drain_log(self) -> None:
        logged = self.world.log[: self.world.counter[Counter.LOGGED]]
        if self._on_spells is None:
            self._logs.append(logged.copy())
        else:
            self._on_spells(logged)
        self.world.counter[Counter.LOGGED] = 0
        if len(self.world.log) < LOGS_PER_ROW * len(self.world.patient):
            self._hold(self.world._replace(log=_new_log(len(self.world.patient))))

    @property
    def log(self) -> np.ndarray:
        """LOG rows of all spells logged so far, unless they are handed on."""
        return np.concatenate([_new_log(0), *self._logs])


AnyClinic = TypeVar("AnyClinic", bound=Clinic)
MakeClinic = Callable[[Inputs, tuple[int, int], tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray], AnyClinic]


def is_compiled() -> bool:
    """True if a run can start at once; False if the kernel is yet to be compiled, which takes a minute or so."""
    return compiled.is_kept()


def simulate(
    inputs: Inputs, seed: int, replication: int, on_spells: OnSpells | None = None, policies: Sequence[Policy] = ()
) -> RawRun:
    """One replication of a scenario.

    `on_spells`: is handed the spells as they end, not kept then. `policies`: rules of one's own for the staff.
    """
    try:
        return _simulate(inputs, seed, replication, on_spells, policies)
    except (EOFError, pickle.UnpicklingError):
        warnings.warn("the compiled code kept on disk was damaged; compiling it again", stacklevel=2)
        compiled.forget()
        return _simulate(inputs, seed, replication, on_spells, policies)


def _simulate(
    inputs: Inputs, seed: int, replication: int, on_spells: OnSpells | None, policies: Sequence[Policy]
) -> RawRun:
    make_clinic = partial(Compiled, on_spells=on_spells)
    clinic, workforce, management = run_service(inputs, seed, replication, make_clinic, policies)
    world, names = clinic.world, inputs.names
    cells = (len(inputs.period_starts), len(names.teams), len(names.severities), len(names.groups), -1)
    return RawRun(
        replication, world.flow.reshape(cells), world.stock_record.reshape(cells), world.package_record, world.use,
        workforce.staffing, clinic.log, workforce.careers(), management.fired(),
    )  # fmt: skip


def run_clinic(
    inputs: Inputs, seed: int, replication: int, make_clinic: MakeClinic[AnyClinic]
) -> tuple[AnyClinic, Workforce]:
    """Clinic and workforce at the horizon."""
    clinic, workforce, _ = run_service(inputs, seed, replication, make_clinic)
    return clinic, workforce


def run_service(
    inputs: Inputs, seed: int, replication: int, make_clinic: MakeClinic[AnyClinic], policies: Sequence[Policy] = ()
) -> tuple[AnyClinic, Workforce, Management]:
    """The replication's story, with any clinic: who was there, at the horizon."""
    ahead = stretches(inputs)
    first, known_until = next(ahead)
    referrals = draw_referrals(inputs, seed, replication, first, known_until)
    arrivals = referrals, draw_opening(inputs, seed, replication)
    staff, roster = new_staff(inputs)
    clinic = make_clinic(inputs, (seed, replication), arrivals, staff, roster)
    env = simpy.Environment()
    workforce = Workforce(env, inputs, staff, roster, clinic, seed, replication)
    management = Management(env, inputs, workforce, clinic)
    for policy in policies:
        env.process(policy(workforce))
    opened = False
    day = 0
    while day < inputs.days:
        while env.peek() <= day:
            env.step()
        workforce.settle()
        if not opened:
            clinic.open()
            opened = True
        if day == known_until:
            first, known_until = next(ahead)
            clinic.refer(draw_referrals(inputs, seed, replication, first, known_until))
        day = int(min(env.peek(), known_until))
        clinic.advance(day)
    clinic.finish()
    return clinic, workforce, management


KIND_AT_FIRST = {PostKind.TRAINING: StaffKind.TRAINEE, PostKind.TEMPORARY: StaffKind.TEMPORARY}

# --- the arrays of a new run ---------------------------------------------------------------------------------------


def new_staff(inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """(STAFF rows, roster): every slot vacant, nobody present."""
    staff = _grown(np.zeros(0, dtype=STAFF), len(inputs.posts))
    staff["key"] = -1
    staff[["case_head", "first_due", "last_due"]] = -1
    staff["team"] = [post.team for post in inputs.posts]
    staff["role"] = [post.role for post in inputs.posts]
    staff["kind"] = [KIND_AT_FIRST.get(post.kind, StaffKind.IN_POST) for post in inputs.posts]
    return staff, np.zeros((len(inputs.posts), inputs.days), dtype=np.uint8)


def new_world(
    inputs: Inputs,
    luck: tuple[int, int],
    arrivals: tuple[np.ndarray, np.ndarray],
    staff: np.ndarray,
    roster: np.ndarray,
) -> World:
    """The arrays of a replication before its first day."""
    names = inputs.names
    setting = inputs.epochs[0].rules[0].setting  # what numbers heaps and rows is the same for all kinds
    teams, severities = len(names.teams), len(names.severities)
    cells = teams * severities * len(names.groups)
    periods, packages, places = len(inputs.period_starts), len(names.packages), int(setting[Setting.PLACES])
    heaps = teams * setting[Setting.HEAPS_PER_TEAM]
    # room for everybody found on day 0 and as many again, which costs nothing until it is written to
    rows = 2 * len(arrivals[1]) + teams * ROWS_IN_BLOCK + 512
    rows -= rows % ROWS_IN_BLOCK
    counter = np.zeros(Counter.N, dtype=np.int64)
    counter[Counter.SEED], counter[Counter.REPLICATION] = luck
    empty = World(
        counter=counter,
        referral=arrivals[0],
        patient=np.zeros(0, dtype=PATIENT),
        patient_node=np.zeros(0, dtype=NODE),
        block_team=np.zeros(0, dtype=np.int32),
        free_head=np.full(teams, -1, dtype=np.int64),
        free_rows=np.zeros(teams, dtype=np.int64),
        course=np.zeros(0, dtype=COURSE),
        course_node=np.zeros(0, dtype=NODE),
        staff=staff,
        roster=roster,
        kind=np.array(names.kind_of_team, dtype=np.int32),
        linked=_linked(names),
        team_slots=np.searchsorted(staff["team"], np.arange(teams + 1)).astype(np.int32),
        seat=np.zeros(len(staff), dtype=np.int32),
        seats=np.zeros(teams, dtype=np.int32),
        heap=np.full(heaps, -1, dtype=np.int64),
        pooled=np.zeros(heaps, dtype=np.int64),
        list_length=np.zeros(teams, dtype=np.int64),
        blocked=np.zeros(packages * severities, dtype=np.uint8),
        dirty=np.ones(teams, dtype=np.int32),
        calendar=np.full((2, teams, inputs.days), -1, dtype=np.int64),
        day_table=np.stack([inputs.period_of_day, *inputs.working], axis=1).astype(np.int32),
        stock=np.zeros((cells, Stock.N), dtype=np.int64),
        package_stock=np.zeros((teams, packages, PackageStock.N), dtype=np.int64),
        flow_now=np.zeros((cells, Flow.N), dtype=np.int64),
        use_now=np.zeros((teams, len(names.roles), Use.N), dtype=np.int64),
        flow=np.zeros((periods, cells, Flow.N), dtype=np.int64),
        stock_record=np.zeros((periods, cells, Stock.N), dtype=np.int64),
        package_record=np.zeros((periods, teams, packages, PackageStock.N), dtype=np.int64),
        use=np.zeros((periods, teams, len(names.roles), Use.N), dtype=np.int64),
        log=_new_log(rows),
    )
    return _with_rows(empty, rows, places)


def _linked(names: Names) -> np.ndarray:
    """World.linked: copies are linked in order, and from the first again where there are fewer."""
    kinds = np.array(names.kind_of_team)
    first, count = np.searchsorted(kinds, np.arange(len(names.kinds))), np.bincount(kinds)
    within = np.arange(len(kinds)) - first[kinds]
    linked: np.ndarray = (first + within[:, None] % count).astype(np.int32)
    return linked


def with_more_rows(world: World) -> World:
    """The same world with room for twice as many people."""
    return _with_rows(world, 2 * len(world.patient), len(world.course) // len(world.patient))


def _with_rows(world: World, rows: int, places: int) -> World:
    """Grows the arrays of people to `rows`, which are whole blocks."""
    return world._replace(
        patient=_grown(world.patient, rows),
        patient_node=_grown(world.patient_node, 2 * rows),
        block_team=_grown(world.block_team, rows // ROWS_IN_BLOCK),
        course=_grown(world.course, rows * places),
        course_node=_grown(world.course_node, rows * places),
    )


def _grown(array: np.ndarray, rows: int) -> np.ndarray:
    """A longer array, from the start of a cache line; memory for what is added is taken only when it is written to."""
    size = rows * array.dtype.itemsize
    space = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    first = -space.ctypes.data % CACHE_LINE
    grown = space[first : first + size].view(array.dtype)
    grown[: len(array)] = array
    return grown


LOGS_PER_ROW = 2
"""On one day everybody's spell may end, and those of people referred that day, too."""


def _new_log(rows: int) -> np.ndarray:
    """LOG, (capacity,), empty, for so many rows of people."""
    return np.zeros(LOGS_PER_ROW * rows, dtype=LOG)
