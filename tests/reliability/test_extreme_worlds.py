"""Services beyond all reason: nothing is lost in them, every number stays one, and the words about them are sense."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from rich.console import Console

from tests.engine.test_conservation import World, check_people, check_staff, check_time
from tests.scenario.small import small
from workforce_sim.engine.posts import Story
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.engine.workforce import Workforce
from workforce_sim.inputs.codes import Flow, Stock, Use
from workforce_sim.present.dashboard import dashboard_table
from workforce_sim.present.explain import explain
from workforce_sim.present.report.page import report
from workforce_sim.present.summary import summary
from workforce_sim.run import Study, compare, read_study
from workforce_sim.scenario.reader import read_scenario_text

SOURCE = "gp: {referrals: 11 per week, severity: {mild: 60%, severe: 40%}}"
NOBODY_COMES = (SOURCE, SOURCE.replace("11", "0"))
NO_STAFF = (("funded: 5 wte", "funded: 0 wte"), ("funded: 2 wte", "funded: 0 wte"))
CLOSED = """\
changes:
  - {from: 2026-10-01, until: 2027-10-01, set: workforce.roles.*.clinical_share, to: 0%}
  - {from: 2026-10-01, until: 2027-10-01, set: demand.sources.gp.referrals, to: 0 per week}
"""
EXTREME = {
    "no staff": small(*NO_STAFF),
    "no demand": small(NOBODY_COMES),
    "no staff and no demand": small(NOBODY_COMES, *NO_STAFF),
    "nobody ever attends": small(more="did_not_attend: {assessment: 100%, contacts: 100%}\n"),
    "everybody gives up at once": small(("gives_up: 1%", "gives_up: 100%")),
    "everybody is declined": small(("}}\nwaiting", "}}\n  declined: {share: 100%}\nwaiting")),
    "closed for a year": small(more=CLOSED),
    "all posts go on one day": small(more="changes: [{from: 2027-01-01, set: workforce.roles.*.funded, to: 0 wte}]\n"),
    "a day": small(("2 years", "1 day")),
}
"""What it is → its scenario."""
NO_WORD = re.compile(r"(?<![\w.])(?:nan|inf|None(?! by)|<NA>)(?![\w.])")


def shown(content: object) -> str:
    """What a terminal shows."""
    out = io.StringIO()
    Console(file=out, width=100).print(content)
    return out.getvalue()


def said_of(study: Study) -> Iterator[str]:
    """All that is said of a study: on a terminal, and in a page without its pictures."""
    yield shown(summary(study))
    for name in study.names:
        yield shown(dashboard_table(study, name))
    yield re.sub(r"<svg.*?</svg>|data:[^\"']+|<style.*?</style>", "", report(study), flags=re.DOTALL)


@pytest.mark.parametrize("what", EXTREME)
def test_nothing_is_lost_in_an_extreme_world(what: str) -> None:
    """People, time and posts add up on every day, whatever there is none of."""
    world = World(EXTREME[what], seed=1, replication=0)
    for check in (check_people, check_time, check_staff):
        check(world)


@pytest.mark.slow
@pytest.mark.parametrize("what", EXTREME)
def test_an_extreme_world_is_told_in_words(what: str, tmp_path) -> None:
    """Beside an ordinary one it is compared, saved, read and told without a NaN, and without a warning."""
    base = read_scenario_text(small(("Small team", "Base"), *([("2 years", "1 day")] if what == "a day" else [])))
    extreme = read_scenario_text(EXTREME[what])
    study = compare(base, extreme, replications=3, workers=1)
    study.save(tmp_path / "out")
    alone = summary(study.of([extreme.name]))
    for text in (shown(explain(extreme)), shown(alone), *said_of(read_study(tmp_path / "out"))):
        assert not [text[max(0, found.start() - 60) : found.end() + 20] for found in NO_WORD.finditer(text)]


LAST_DAY = 300


def everybody_leaves(workforce: Workforce) -> Story:
    """All who are in post go on one day."""
    yield workforce.until(LAST_DAY)
    for slot in np.flatnonzero(workforce.occupied).tolist():
        workforce.leaving.resign(slot, LAST_DAY, LAST_DAY)
        workforce.leave(slot)


def test_nothing_is_lost_as_all_staff_leave_on_one_day() -> None:
    """Everybody in treatment is without a clinician that night, and all adds up before, on and after that day."""
    world = World(small(), seed=1, replication=0)
    world.run = simulate(world.inputs, 1, 0, policies=[everybody_leaves])
    for check in (check_people, check_time, check_staff):
        check(world)
    treated = world.run.stock_record[..., Stock.IN_TREATMENT].sum(axis=(1, 2, 3))
    in_post = world.run.staffing[..., Staffing.IN_POST].sum(axis=(1, 2))
    assert treated[LAST_DAY - 1] > 50
    assert treated[LAST_DAY] == in_post[LAST_DAY] == 0
    assert world.run.stock_record[LAST_DAY, ..., Stock.UNALLOCATED].sum() >= treated[LAST_DAY - 1]
    assert in_post[-1] > 0, "posts are filled again"
    assert treated[-1] > 0, "and people are treated again"


@pytest.mark.slow
def test_a_hundred_years_drift_nowhere() -> None:
    """Nothing overflows or is lost in 100 years, and the last decades are like each other, as nothing changes."""
    world = World(small(("2 years", "100 years")), seed=1, replication=0)
    for check in (check_people, check_time, check_staff):
        check(world)
    days = world.inputs.days // 10
    decades = [slice(days * n, days * (n + 1)) for n in range(10)]
    contacts = np.array([world.run.flow[decade, ..., Flow.CONTACTS].sum() for decade in decades])
    hours = np.array([world.run.use[decade, ..., Use.AVAILABLE].sum() for decade in decades])
    for counted in (contacts, hours):
        assert counted[1:].min() > 0.8 * counted[1:].max()


@pytest.mark.slow
def test_a_population_a_hundred_times_larger_gives_a_hundred_times_as_much() -> None:
    """With a hundred times the referrals and staff nothing is lost, and contacts are a hundred times as many."""
    larger = small(("11 per week", "1100 per week"), ("funded: 5 wte", "funded: 500 wte"), ("2 wte", "200 wte"))
    one, hundred = (World(text, seed=1, replication=0) for text in (small(), larger))
    for check in (check_people, check_time, check_staff):
        check(hundred)
    few, many = (world.run.flow[..., Flow.CONTACTS].sum() for world in (one, hundred))
    assert 85 < many / few < 115
