"""A session answers what `compare` would, from workers that stay warm."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.scenario.small import small
from workforce_sim.analysis.series import course
from workforce_sim.errors import UsageError
from workforce_sim.run import Comparison, compare, run
from workforce_sim.scenario.reader import read_scenario_text
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.session import Session


def scenario(name: str, nurses: int) -> Scenario:
    """A small team over two years."""
    return read_scenario_text(small(("name: Small team", f"name: {name}"), ("funded: 5 wte", f"funded: {nurses} wte")))


@pytest.fixture(scope="module")
def base() -> Scenario:
    """The small team."""
    return scenario("Base", 5)


@pytest.fixture(scope="module")
def session(base: Scenario) -> Session:
    """A session in this process: workers change no numbers."""
    return Session(base, 4, workers=1)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_answer_is_what_compare_tells(base: Scenario, workers: int) -> None:
    """The same frames, bit for bit, whoever makes them."""
    more = scenario("More", 6)
    answer = Session(base, 4, workers=workers).compare(more)
    study = compare(base, more, 4, workers=1)
    pd.testing.assert_frame_equal(answer.comparison, study.comparison, check_exact=True)
    pd.testing.assert_frame_equal(answer.measures, study.tables["measures"], check_exact=True)


def test_answers_are_refined(base: Scenario, session: Session) -> None:
    """From more and more replications, the first of them the same; the last answer is that of so many at once."""
    more = scenario("More", 6)
    answers = list(session.refine(more, [2, 3, 5]))
    assert [answer.replications for answer in answers] == [2, 3, 5]
    pd.testing.assert_frame_equal(answers[-1].comparison, compare(base, more, 5, workers=1).comparison)


def test_nobody_waits_for_what_is_known(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A what-if asked about again, under whatever name, is not simulated again."""
    session.compare(scenario("More", 7))
    monkeypatch.setattr("workforce_sim.engine.simulate.simulate", None)
    again = session.compare(scenario("Other words for it", 7))
    assert set(again.comparison["scenario"]) == {"Other words for it"}


def test_whoever_stops_listening_stops_the_work(base: Scenario) -> None:
    """Workers stay warm, and answer the next question."""
    session = Session(base, 2, workers=2)
    abandoned = session.refine(scenario("Never mind", 8), [2, 400])
    assert next(abandoned).replications == 2
    abandoned.close()
    assert session.compare(scenario("More", 6)).replications == 2


def test_a_question_is_told_as_compare_tells_it(base: Scenario, session: Session) -> None:
    """Run in steps: the same tables, courses, comparison and record of the scenarios; the baseline alone is a `run`."""
    more = scenario("Another name", 6)
    session.compare(scenario("More", 6))
    question, study = session.question(more), compare(base, more, 4, workers=1)
    question.run(2)
    question.study(2)
    told, courses = question.study(4)
    assert isinstance(told, Comparison)
    assert set(told.tables) == set(study.tables)
    for name, frame in study.tables.items():
        pd.testing.assert_frame_equal(told.tables[name], frame, check_exact=True)
    for name, frame in courses.items():
        pd.testing.assert_frame_equal(frame, course(study.tables, name), check_exact=True)
    pd.testing.assert_frame_equal(told.summary, study.summary, check_exact=True)
    pd.testing.assert_frame_equal(told.comparison, study.comparison, check_exact=True)
    assert told.manifest["scenarios"] == study.manifest["scenarios"]
    alone, _ = session.question(None).study(4)
    assert alone.names == ["Base"]
    pd.testing.assert_frame_equal(alone.summary, run(base, 4, workers=1).summary, check_exact=True)


def test_a_what_if_needs_a_name_of_its_own(session: Session) -> None:
    """Or its rows could not be told from the baseline's."""
    with pytest.raises(UsageError, match="another name than the baseline"):
        session.compare(scenario("Base", 6))
