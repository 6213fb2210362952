"""Each shipped lever on its own, with all feedback loops off: the run shows the effect that the lever states.

The table tells, for every lever, what is measured and what must come of it: a direction, a factor or a difference. All
is judged in the mean over paired replications, by intervals.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.behaviour.paired import ROOT, interval
from tests.behaviour.worlds import START, Tree, changed, inputs_of
from tests.engine.test_workforce import live
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import CareerEvent, Chronicle, Staffing
from workforce_sim.inputs.codes import End, Flow, Use
from workforce_sim.inputs.rules import Inputs
from workforce_sim.scenario import read_scenario
from workforce_sim.scenario.lever_files import shipped_levers

REPLICATIONS = 12


# --- worlds -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def without_loops(name: str) -> Tree:
    """A shipped base without the loops of exhaustion, stretch and reputation; drift of severity apart, as shipped."""
    tree = changed(
        read_scenario(ROOT / "scenarios" / f"{name}.yaml").tree,
        ("workforce.exhaustion", "off"),
        ("in_treatment.stretch", None),
        ("workforce.hiring.reputation", 0),
    )
    for role in tree["workforce"]["roles"].values():
        role.get("hiring", {}).pop("reputation", None)
    return tree


def world(base: str, horizon: str, edits: Iterable[tuple[str, Any]]) -> Tree:
    """A base without loops, over so long, with other values at dotted paths; `roles.*` stands for all roles."""
    tree = without_loops(base)
    roles = list(tree["workforce"]["roles"])
    spelled = [
        (path.replace("roles.*", f"workforce.roles.{role}") if "roles.*" in path else path, value)
        for path, value in edits
        for role in (roles if "roles.*" in path else roles[:1])
    ]
    return changed(tree, ("horizon", horizon), *spelled)


class Outcome(NamedTuple):
    """What a replication leaves, by name of role and month."""

    run: Any  # `RawRun` of a service, or `Run` of a workforce without patients
    inputs: Inputs

    def role(self, name: str) -> int:
        """Number of a role."""
        return self.inputs.names.roles.index(name)

    def severity(self, name: str) -> int:
        """Number of a severity."""
        return self.inputs.names.severities.index(name)


Measured = Callable[[Outcome], float]
LAST = 1000
"""A month after the last."""


# --- measures ---------------------------------------------------------------------------------------------------------


def flow(*which: Flow, since: int = 0, until: int = LAST, severity: str | None = None) -> Measured:
    """The sum of some flows from one month to another."""

    def measure(o: Outcome) -> float:
        found = o.run.flow[since:until]
        if severity is not None:
            found = found[:, :, o.severity(severity)]
        return float(found[..., list(which)].sum())

    return measure


def per(part: Measured, whole: Measured) -> Measured:
    """One measure over another."""
    return lambda o: part(o) / whole(o)


def less(one: Measured, other: Measured) -> Measured:
    """One measure less another."""
    return lambda o: one(o) - other(o)


def staffing(column: Staffing, role: str | None = None, since: int = 0, until: int = LAST) -> Measured:
    """The sum of a column of the monthly record."""

    def measure(o: Outcome) -> float:
        found = o.run.staffing[since:until, :, slice(None) if role is None else o.role(role)]
        return float(found[..., column].sum())

    return measure


def wte(column: Staffing, role: str | None = None, since: int = 0, until: int = LAST) -> Measured:
    """Mean WTE of a stock at month ends, in a team."""

    def measure(o: Outcome) -> float:
        found = o.run.staffing[since:until, :, slice(None) if role is None else o.role(role)]
        return float(found[..., column].sum()) / 100 / found.shape[0] / found.shape[1]

    return measure


def use(column: Use, role: str | None = None, since: int = 0, until: int = LAST) -> Measured:
    """The sum of a column of the use of time."""

    def measure(o: Outcome) -> float:
        return float(o.run.use[since:until, :, slice(None) if role is None else o.role(role)][..., column].sum())

    return measure


def working_days(since: int = 0, until: int = LAST) -> Measured:
    """Working days of those months."""

    def measure(o: Outcome) -> float:
        period = o.inputs.period_of_day
        return float(o.inputs.working[0][(period >= since) & (period < until)].sum())

    return measure


def new_referrals(since: int = 0, until: int = LAST, severities: tuple[str, ...] = ()) -> Measured:
    """People referred for the first time in the run, of some severities."""

    def measure(o: Outcome) -> float:
        log, period = o.run.log, o.inputs.period_of_day
        rows = log[(log["episode"] == 0) & (log["referral_day"] >= 0)]
        months = period[rows["referral_day"]]
        own = (months >= since) & (months < until)
        if severities:
            own &= np.isin(rows["severity_at_referral"], [o.severity(name) for name in severities])
        return float(own.sum())

    return measure


def share_of_new(severity: str, since: int = 0) -> Measured:
    """Share of new referrals that are of a severity, in per cent."""
    return lambda o: 100 * new_referrals(since, severities=(severity,))(o) / new_referrals(since)(o)


def course(since: int) -> Measured:
    """Contacts of those referred from a month on who completed within 2.5 years of it; of packages with many."""

    def measure(o: Outcome) -> float:
        log = o.run.log
        first = int(np.searchsorted(o.inputs.period_of_day, since))
        rows = log[(log["end"] == End.COMPLETED) & (log["referral_day"] >= first)]
        return float(rows["contacts"].mean())

    return measure


def missed_share(since: int = 0, until: int = LAST) -> Measured:
    """Share of contacts held that are missed."""

    def measure(o: Outcome) -> float:
        total = o.run.flow[since:until].sum(axis=(0, 1, 2, 3))
        return float(total[Flow.CONTACTS_MISSED] / (total[Flow.CONTACTS_MISSED] + total[Flow.CONTACTS]))

    return measure


def missed_gap(since: int) -> Measured:
    """Share of contacts missed in the most deprived group, over that in the least."""

    def measure(o: Outcome) -> float:
        total = o.run.flow[since:].sum(axis=(0, 1, 2))
        shares = total[:, Flow.CONTACTS_MISSED] / total[:, [Flow.CONTACTS_MISSED, Flow.CONTACTS]].sum(axis=1)
        groups = o.inputs.names.groups
        return float(shares[groups.index("most_deprived")] / shares[groups.index("least_deprived")])

    return measure


def drop_out_rate(since: int = 0) -> Measured:
    """People who drop out, over days of people in treatment."""
    return per(flow(Flow.DROPPED_OUT, since=since), flow(Flow.DAYS_IN_TREATMENT, Flow.DAYS_UNALLOCATED, since=since))


def crisis_rate(since: int = 0) -> Measured:
    """Crises of the severely ill in treatment, over their days there."""
    whole = flow(Flow.DAYS_IN_TREATMENT, Flow.DAYS_UNALLOCATED, since=since, severity="severe")
    return per(flow(Flow.CRISES_IN_TREATMENT, since=since, severity="severe"), whole)


def leaving_rate(since: int, least: int = 0, most: int = 1 << 30) -> Measured:
    """Resignations from a month on by people in post for so many days, over the time that such people might resign."""

    def measure(o: Outcome) -> float:
        first = int(np.searchsorted(o.inputs.period_of_day, since))
        began: dict[tuple[int, int], int] = {}
        resigned, days = 0, 0
        comes = (CareerEvent.STARTED, CareerEvent.MOVED_IN, CareerEvent.QUALIFIED)
        goes = (CareerEvent.RESIGNED, CareerEvent.MOVED_OUT)
        rows = [tuple(row) for row in o.run.careers.tolist()]
        ends = {(slot, who): (day, event) for day, slot, who, event in rows if event in goes}
        for day, slot, who, event in rows:
            if event in comes:
                began[slot, who] = day
        for key, day in began.items():  # those found on day 0 began on days that the chronicle does not know
            end, event = ends.get(key, (o.inputs.days, None))
            low, high = max(day + least, first), min(day + most, end)
            days += max(0, high - low)
            resigned += event == CareerEvent.RESIGNED and low <= end < day + most
        return resigned / days

    return measure


def days_to_fill(since: int) -> Measured:
    """Days from advert to start, of posts advertised from a month on."""

    def measure(o: Outcome) -> float:
        first = int(np.searchsorted(o.inputs.period_of_day, since))
        opened: dict[tuple[int, int], int] = {}
        taken = []
        for day, slot, who, event in o.run.careers.tolist():
            if event == CareerEvent.ADVERTISED and day >= first:
                opened[slot, who] = day
            elif event == CareerEvent.STARTED and (slot, who) in opened:
                taken.append(day - opened[slot, who])
        return float(np.mean(taken))

    return measure


def rounds_filled(since: int) -> Measured:
    """Share of recruitment rounds that find somebody."""

    def measure(o: Outcome) -> float:
        first = int(np.searchsorted(o.inputs.period_of_day, since))
        rows = o.run.careers[o.run.careers[:, Chronicle.DAY] >= first]
        found, failed = (
            int((rows[:, Chronicle.EVENT] == event).sum()) for event in (CareerEvent.STARTED, CareerEvent.ROUND_FAILED)
        )
        return found / (found + failed)

    return measure


def exhaustion(since: int) -> Measured:
    """Mean of the month ends of those in post."""

    def measure(o: Outcome) -> float:
        values = o.run.staffing[since:, ..., Staffing.EXHAUSTION]
        return float(values[values >= 0].mean()) / 1000

    return measure


def heaviest_held(role: str, since: int) -> Measured:
    """Share of severely ill among those allocated to a role."""

    def measure(o: Outcome) -> float:
        first = int(np.searchsorted(o.inputs.period_of_day, since))
        slots = [slot for slot, post in enumerate(o.inputs.posts) if post.role == o.role(role)]
        rows = o.run.log[np.isin(o.run.log["slot"], slots) & (o.run.log["allocated_day"] >= first)]
        return float((rows["severity"] == o.severity("severe")).mean())

    return measure


CAN_USE_REMOTE = per(flow(Flow.CONTACTS_REMOTE, since=14), flow(Flow.CONTACTS, since=14))
CRISES = flow(Flow.CRISES_WAITING, Flow.CRISES_IN_TREATMENT, since=7)
ASSESSMENT_SECONDS = per(use(Use.ASSESSMENT, since=2), flow(Flow.ASSESSED, since=2))


# --- what must come of it ---------------------------------------------------------------------------------------------


class Rises(NamedTuple):
    """It becomes more, beyond doubt."""


class Falls(NamedTuple):
    """It becomes less, beyond doubt."""


class Times(NamedTuple):
    """It is multiplied; the interval of the factor holds this one, and not 1."""

    factor: float
    within: float = 0.1  # greatest half-width of the interval
    slack: float = 0.0  # what lies between the closed form and what is measured


class Plus(NamedTuple):
    """Something is added; the interval of the difference holds this one, and not 0."""

    difference: float
    within: float = 0.1
    slack: float = 1e-9


class Becomes(NamedTuple):
    """With the lever it is this much, whatever it was."""

    value: float
    within: float = 0.1
    slack: float = 1e-9


Expected = Rises | Falls | Times | Plus | Becomes


class Case(NamedTuple):
    """A lever, what is measured, and what must come of it."""

    lever: str
    options: Tree
    measure: Measured
    expected: Expected
    edits: tuple[tuple[str, Any], ...] = ()
    base: str = "adult_community"
    horizon: str = "2 years"
    staff_only: bool = False
    """Measured on the workforces of many such teams, without patients."""
    teams: int = 20
    replications: int = REPLICATIONS

    @property
    def marks(self) -> list[pytest.MarkDecorator]:
        """What takes more than a few seconds is slow."""
        long = self.horizon in {"4 years", "5 years"} if not self.staff_only else self.teams > 4
        return [pytest.mark.slow] if long else []


BANDS = tuple(
    (f"workforce.roles.{role}.band", band)
    for role, band in {
        "psychiatrist": "medical", "nurse": "6", "social_worker": "6", "occupational_therapist": "6", "mhwp": "5",
        "psychologist": "8a", "cap": "6", "support_worker": "3-4", "peer_support_worker": "3-4",
    }.items()
)  # fmt: skip
NO_TENURE = (("workforce.leaving.early", "x1"), ("workforce.leaving.later", "x1"))
MANY_LEAVE = (*NO_TENURE, ("roles.*.leavers", "40% per year"))
NOBODY_LEAVES = (("roles.*.leavers", "0% per year"), ("roles.*.in_post", None))
ALWAYS_FILLED = (("roles.*.hiring", {"approval": "4 weeks", "round": "10 weeks", "fill": "100%"}),)
HIRED = (*NOBODY_LEAVES, *ALWAYS_FILLED)
OFTEN_LEFT = (("in_treatment.per_week.drops_out", "2%"),)
OFTEN_MISSED = (("did_not_attend.contacts", "20%"),)
NO_DECAY = (("did_not_attend.close_after.contacts", 100),)


def staff(
    lever: str, options: Tree, measure: Measured, expected: Expected, *edits: tuple[str, Any], **how: Any
) -> Case:
    """A case of the workforces of many teams alone."""
    return Case(lever, options, measure, expected, edits, **({"horizon": "3 years", "staff_only": True} | how))


def exact(
    lever: str, options: Tree, measure: Measured, expected: Expected, *edits: tuple[str, Any], **how: Any
) -> Case:
    """A case of one team's workforce, in which luck plays no part."""
    return staff(lever, options, measure, expected, *edits, **({"teams": 1, "replications": 3} | how))


def service(
    lever: str, options: Tree, measure: Measured, expected: Expected, *edits: tuple[str, Any], **how: Any
) -> Case:
    """A case of the whole service."""
    return Case(lever, options, measure, expected, edits, **how)


def pipeline(lever: str, attrition: float, months: int, role: str | None = None, **options: Any) -> list[Case]:
    """What every training route does: so many begin, so many of them qualify, and they take supervision."""
    trained = {"places": 5, **options} | ({"role": role} if role else {})
    supervised = staffing(Staffing.SUPERVISION_SECONDS, until=months)
    how: Tree = {"teams": 4, "horizon": f"{months + 14} months"}
    began = staffing(Staffing.TRAINEES_STARTED, until=1)
    stay = staffing(Staffing.QUALIFIED, until=months + 2)
    return [
        staff(lever, trained, began, Plus(5 * how["teams"], within=1e-6), **how),
        staff(lever, trained, per(stay, began), Becomes(1 - attrition, within=0.2), **how, replications=20),
        staff(lever, trained, supervised, Rises(), *HIRED, **how),
    ]


TIME = "social_worker"
"""A role that neither gives nor gets supervision."""


def takes_time(lever: str, share: float, options: Tree | None = None, *edits: tuple[str, Any]) -> Case:
    """The lever takes this share of everybody's clinical time, from its first day on."""
    return service(
        lever, options or {}, use(Use.AVAILABLE, TIME, until=1), Times(1 - share, within=1e-3, slack=1e-4),
        (f"workforce.roles.{TIME}.leavers", "0% per year"), *edits, horizon="3 months", replications=4,
    )  # fmt: skip


CASES: list[Case] = [
    # who comes
    exact("posts.add", {}, wte(Staffing.FUNDED, "nurse"), Plus(1)),
    exact("posts.add", {}, wte(Staffing.IN_POST, "nurse", since=4), Plus(1), *HIRED),
    exact("roles.cap", {}, wte(Staffing.FUNDED, "cap", since=18), Plus(1)),
    exact("roles.cap", {}, wte(Staffing.IN_POST, "cap", since=22), Plus(1), *HIRED),
    exact("roles.mhwp", {}, wte(Staffing.FUNDED, "mhwp", since=12), Plus(1)),
    exact("roles.mhwp", {}, wte(Staffing.IN_POST, "mhwp", since=16), Plus(1), *HIRED),
    service("roles.mhwp", {}, heaviest_held("mhwp", 1), Falls(), ("packages.care_coordination.lead.limits", None)),
    exact("roles.psw", {}, wte(Staffing.FUNDED, "peer_support_worker"), Plus(1)),
    service("roles.psw", {"effect": "high"}, flow(Flow.CONTACTS_BY_SUPPORT, since=12), Rises()),
    service("roles.psw", {"effect": "high"}, drop_out_rate(since=12), Times(0.95, within=0.06),
            *OFTEN_LEFT),
    exact("recruit.rounds", {}, days_to_fill(3), Plus(-42), *ALWAYS_FILLED, *MANY_LEAVE),
    staff("recruit.rounds", {}, wte(Staffing.IN_POST), Rises()),
    staff("recruit.over", {"share": "20%"}, wte(Staffing.IN_POST, since=4), Rises(), *ALWAYS_FILLED),
    exact("recruit.over", {"share": "20%"}, wte(Staffing.IN_POST, "nurse", since=4), Times(1.2, slack=0.005),
          *HIRED),
    staff("recruit.freeze", {"until": "2027-04-01"}, staffing(Staffing.STARTERS, "nurse", until=12),
          Becomes(0, within=1e-6)),
    staff("recruit.freeze", {"until": "2027-04-01"}, wte(Staffing.IN_POST, "nurse"), Falls()),
    staff("recruit.international", {"places": 5}, staffing(Staffing.TRAINEES_STARTED, until=1),
          Plus(20, within=1e-6), teams=4),
    staff("recruit.international", {"places": 1}, wte(Staffing.IN_POST, "nurse", since=6, until=9), Rises(),
          ("workforce.roles.nurse.hiring", {"fill": "1%"})),
    *pipeline("pipeline.mhwp", 0.12, 12),
    *pipeline("pipeline.cap", 0.10, 18),
    *pipeline("pipeline.pwp", 0.15, 12, "mhwp"),
    *pipeline("pipeline.nurse", 0.325, 36),
    *pipeline("pipeline.nursing_associate", 0.20, 24, "support_worker"),
    *pipeline("pipeline.psychologist", 0.03, 36),
    *pipeline("pipeline.high_intensity", 0.07, 12, "psychologist"),
    *pipeline("pipeline.psw", 0.10, 3),
    staff("upskill.mhwp_cap", {"places": 1}, staffing(Staffing.MOVED_IN, "cap", since=17), Rises(),
          ("workforce.roles.cap.funded", "3 wte"), ("workforce.roles.cap.hiring", {"fill": "1%"})),
    staff("upskill.pwp_high_intensity", {"serving": "mhwp", "into": "psychologist"},
          staffing(Staffing.MOVED_IN, "psychologist", since=11), Rises(),
          ("workforce.roles.psychologist.hiring", {"fill": "1%"})),
    exact("convert.posts", {}, wte(Staffing.FUNDED, "nurse", since=1), Plus(-1)),
    exact("convert.posts", {}, wte(Staffing.FUNDED, "mhwp", since=1), Plus(1.22, slack=0.002), *BANDS),
    # who stays
    staff("retain.bundle", {"effect": "high"}, leaving_rate(17), Times(0.85, within=0.06), *MANY_LEAVE,
          horizon="5 years"),
    staff("retain.bundle", {}, leaving_rate(17), Times(0.92, within=0.06), *MANY_LEAVE,
          horizon="5 years"),
    staff("retain.career", {"effect": "high"}, leaving_rate(12), Times(0.90, within=0.05), *MANY_LEAVE,
          ("roles.*.band", "6")),
    staff("retain.flexible", {"effect": "high"}, leaving_rate(6), Times(0.90, within=0.05), *MANY_LEAVE),
    takes_time("retain.flexible", 0.01),
    staff("retain.mentoring", {}, leaving_rate(3, most=730), Times(0.88, within=0.05), *MANY_LEAVE),
    staff("retain.mentoring", {}, staffing(Staffing.SUPERVISION_SECONDS, "nurse"), Rises()),
    staff("retain.pay", {"rise": "10%", "effect": "high"}, leaving_rate(6), Times(0.85, within=0.06), *MANY_LEAVE),
    staff("retain.pay", {"rise": "40%"}, rounds_filled(12), Times(1.2, within=0.08), *MANY_LEAVE),
    exact("wellbeing.programme", {"effect": "high"}, exhaustion(24), Plus(-0.1, slack=0.001),
          ("workforce.exhaustion", {"switch": "on", "rise": "0 per week", "recovery": "0.1 per week"}), *NOBODY_LEAVES),
    service("wellbeing.programme", {"effect": "high"}, exhaustion(12), Falls(), ("workforce.exhaustion", "on")),
    takes_time("wellbeing.programme", 0.0062, {},
               ("workforce.exhaustion", {"switch": "on", "gain_on_leaving": 0, "gain_on_sickness": 0})),
    # who covers
    exact("cover.bank", {}, per(staffing(Staffing.BANK_DAYS, "nurse"), working_days()), Plus(100)),
    service("cover.bank", {}, use(Use.AVAILABLE, "nurse"), Rises()),
    exact("cover.agency", {}, per(staffing(Staffing.AGENCY_DAYS, "nurse"), working_days()), Plus(100)),
    service("cover.agency", {}, flow(Flow.CONTACTS), Rises()),
    service("cover.overtime", {}, use(Use.OVERTIME), Rises()),
    staff("budget.cap", {"budget": "£1,000,000 per year"}, wte(Staffing.IN_POST, since=24), Falls(), *BANDS, teams=1),
    # what staff do
    service("substitution.support", {"effect": "high"}, flow(Flow.CONTACTS_BY_SUPPORT), Rises(),
            ("workforce.roles.support_worker.in_post", "3.5 wte")),
    service("mode.remote_share", {}, per(flow(Flow.CONTACTS_REMOTE, since=14), flow(Flow.CONTACTS, since=14)),
            Becomes(0.25, within=0.02), ("remote", {"share": "0%", "saves": "20 minutes", "cannot_use": "0%"}),
            ("groups.most_deprived.cannot_use_remote", None)),
    service("mode.excluded_share", {}, CAN_USE_REMOTE, Falls(), ("remote.cannot_use", "0%"), ("remote.share", "100%")),
    service("mode.remote_assessment_penalty", {"effect": "high", "share": "100%"}, ASSESSMENT_SECONDS,
            Times(1.5, slack=0.002)),
    service("mode.policy", {"share": "100%"}, ASSESSMENT_SECONDS, Times(1.075, slack=0.002)),
    service("mode.policy", {"share": "100%"}, course(1), Times(1.024, within=0.02, slack=0.005), horizon="5 years"),
    service("mode.alliance_penalty", {"effect": "high", "share": "100%"}, course(1), Times(1.15, slack=0.03),
            horizon="5 years"),
    service("mode.alliance_penalty", {"effect": "high", "share": "100%"}, drop_out_rate(), Times(1.3), *OFTEN_LEFT),
    service("mode.setup", {}, missed_share(since=3), Times(0.4, slack=0.01),
            ("remote", {"share": "100%", "saves": "20 minutes", "cannot_use": "0%", "fails": "10%"}),
            ("groups.most_deprived.cannot_use_remote", None), ("did_not_attend.contacts", "0%")),
    takes_time("mode.setup", 0.02, {}, ("remote.fails", "5%")),
    service("integration.partners", {}, per(use(Use.ATTENDED, "psychologist", since=13),
                                            use(Use.CONTACTS, "psychologist", since=13)), Plus(-90, slack=1),
            ("remote.share", "0%")),
    service("improve.cycle", {}, missed_share(since=25), Times(0.85, within=0.05), horizon="5 years"),
    service("improve.cycle", {}, per(use(Use.ATTENDED, "psychologist", since=25),
                                     use(Use.CONTACTS, "psychologist", since=25)), Times(0.957, slack=0.005),
            ("remote.share", "0%"), horizon="4 years"),
    service("training.certify", {"effect": "high"}, course(13), Times(0.92, slack=0.02), horizon="5 years"),
    service("training.tic", {}, drop_out_rate(since=12), Times(0.957, within=0.05, slack=0.005), *OFTEN_LEFT),
    takes_time("training.tic", 0.0231),
    service("training.cultural", {"effect": "high"}, missed_gap(10), Times(2.6 / 3, within=0.05),
            ("groups.most_deprived.dna", "x3"), *OFTEN_MISSED, *NO_DECAY),
    service("rom.coverage", {}, drop_out_rate(since=7), Times(0.85, within=0.08), *OFTEN_LEFT),
    service("rom.coverage", {}, course(7), Times(0.96, within=0.02, slack=0.02), horizon="5 years"),
    service("rom.coverage", {}, per(use(Use.ATTENDED, "psychologist", since=7),
                                    use(Use.CONTACTS, "psychologist", since=7)), Plus(180, slack=1),
            ("remote.share", "0%")),
    service("coproduction", {}, drop_out_rate(since=10), Times(0.95, within=0.05), *OFTEN_LEFT),
    takes_time("coproduction", 0.005),
    # who is referred, and what befalls them
    service("dna.reminder", {}, missed_share(since=1, until=4), Times(0.756, within=0.05, slack=0.005)),
    service("dna.reminder", {}, missed_share(since=24, until=28), Times(0.873, within=0.05, slack=0.005),
            horizon="2.5 years"),
    service("crisis.capacity", {"effect": "high"}, CRISES, Falls()),
    service("crisis.capacity", {"effect": "high"}, crisis_rate(since=7), Times(0.70, within=0.1), horizon="5 years"),
    service("demand.awareness", {"effect": "high"}, new_referrals(since=3), Times(1.10, within=0.05)),
    service("demand.awareness", {}, share_of_new("severe", since=3), Plus(-1, within=0.8), horizon="5 years"),
    service("demand.severity_drift", {"effect": "high"}, share_of_new("severe", since=24), Plus(1.5 * 3.5, within=1.5),
            horizon="5 years"),
    service("partner.vcse", {"effect": "high"}, new_referrals(since=13, severities=("mild",)),
            Times(0.7875, within=0.05), horizon="4 years"),
    service("upstream.primary_care_mhp", {"effect": "high"},
            per(less(new_referrals(since=4), lambda _: 0.0), working_days(since=4)),
            Plus((0.5 - 4) / 5, within=0.1, slack=0.03), horizon="4 years"),
    service("upstream.school_team", {"effect": "high"}, new_referrals(since=13, severities=("mild", "moderate")),
            Times(0.70, within=0.05), base="cyp_community", horizon="3 years"),
    service("shock.pandemic", {}, new_referrals(until=3), Times(0.65, within=0.12)),
    service("shock.pandemic", {}, new_referrals(since=40), Times(1.3676, within=0.12), horizon="5 years"),
    service("shock.pandemic", {}, per(flow(Flow.CONTACTS_REMOTE, since=4, until=12),
                                      flow(Flow.CONTACTS, since=4, until=12)), Rises()),
    service("shock.pandemic", {}, per(use(Use.PRESENT, until=12), use(Use.IN_POST_DAYS, until=12)), Falls()),
]  # fmt: skip


class Records(NamedTuple):
    """What remains of a workforce without patients."""

    staffing: np.ndarray
    careers: np.ndarray


def outcomes(case: Case, tree: Tree) -> list[Outcome]:
    """Every replication of a world."""
    inputs = inputs_of(changed(tree, ("copies", case.teams)) if case.staff_only else tree)
    if not case.staff_only:
        return [Outcome(simulate(inputs, 1, replication), inputs) for replication in range(case.replications)]
    runs = (live(inputs, replication) for replication in range(case.replications))
    return [Outcome(Records(run.staffing, run.careers), inputs) for run in runs]


@lru_cache(maxsize=8)
def outcomes_of_base(key: str, number: int) -> list[Outcome]:
    """The same for the base of a case; many cases share one."""
    assert key
    return outcomes(CASES[number], used(CASES[number])[0])


def of_base(case: Case) -> list[Outcome]:
    """Every replication of a case's base."""
    key = json.dumps([used(case)[0], case.staff_only, case.teams if case.staff_only else 1, case.replications])
    number = FIRST_WITH.setdefault(key, CASES.index(case))
    return outcomes_of_base(key, number)


FIRST_WITH: dict[str, int] = {}
"""Base → the first case that has it."""


def used(case: Case) -> tuple[Tree, Tree]:
    """A base, and the same with the lever from its first day."""
    base = world(case.base, case.horizon, case.edits)
    return base, changed(base, ("levers", [{"lever": case.lever, "from": str(START), **case.options}]))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=case.marks, id=f"{n}-{case.lever}-{type(case.expected).__name__.lower()}")
        for n, case in enumerate(CASES)
    ],
)
def test_a_lever_does_what_it_says(case: Case) -> None:
    """Used alone, with the loops off, the lever moves its measure as its file says, beyond doubt (99.9 %)."""
    _, what_if = used(case)
    after = np.array([case.measure(outcome) for outcome in outcomes(case, what_if)])
    expected = case.expected
    if isinstance(expected, Becomes):
        low, high = interval(after)
        assert low - expected.slack <= expected.value <= high + expected.slack, f"{low:g} .. {high:g}"
        assert (high - low) / 2 <= expected.within
        return
    before = np.array([case.measure(outcome) for outcome in of_base(case)])
    low, high = interval(after / before if isinstance(expected, Times) else after - before)
    told = f"{low:g} .. {high:g}, from {before.mean():g} to {after.mean():g}"
    if isinstance(expected, Rises):
        assert low > 0, told
    elif isinstance(expected, Falls):
        assert high < 0, told
    else:
        truth, nothing = (expected.factor, 1.0) if isinstance(expected, Times) else (expected.difference, 0.0)
        assert low - expected.slack <= truth <= high + expected.slack, told
        assert not low <= nothing <= high, told
        assert (high - low) / 2 <= expected.within, told


def test_every_lever_is_in_the_table() -> None:
    """No shipped lever is left out, and none is named that is not shipped."""
    assert {case.lever for case in CASES} == set(shipped_levers())
    assert all(Path(path).exists() for path in shipped_levers().values())
