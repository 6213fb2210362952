"""What a scenario means, before anything is run: in words and tables, with a simple arithmetic of load.

In: a `Scenario`. Out: rich renderables. The arithmetic (`analysis.load`) is what a planner would do on paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workforce_sim.analysis.load import Task, accepted_per_week, clinical_hours, places, tasks
from workforce_sim.present.levers import used_table
from workforce_sim.present.words import UNDEFINED, joined
from workforce_sim.scenario.assumptions import register
from workforce_sim.scenario.scenario import Scenario
from workforce_sim.scenario.teams import copies, copies_of, kinds, pooled, with_own_staff
from workforce_sim.units import WEEK_DAYS, YEAR_DAYS


def explain(scenario: Scenario) -> RenderableType:
    """The whole explanation of a scenario."""
    parts: list[RenderableType] = [Text(scenario.name, style="bold")]
    if scenario.description:
        parts.append(Text(scenario.description))
    pool = pooled(scenario)
    for kind in kinds(scenario):
        team = with_own_staff(pool, kind)
        parts += [*_which_team(scenario, kind), Text(_time(team)), *_tables_of(team)]
    parts.append(Text(money(scenario)))
    if scenario.levers:
        parts.append(used_table(scenario.levers))
    parts += [Text("Dated changes", style="bold"), *(Text(f"  {line}") for line in scenario.change_log() or ("none",))]
    if scenario.rules:
        parts += [Text("Standing rules, judged once a week", style="bold")]
        parts += [Text(f"  {rule.name}: {rule}") for rule in scenario.rules]
    parts += [Text(""), *assumptions_register(scenario)]
    return Group(*parts)


def _which_team(scenario: Scenario, kind: str) -> Iterator[RenderableType]:
    """Of several teams, the one that the tables are about."""
    number = copies(scenario, kind)
    lists = (scenario.teams[kind] if scenario.teams else scenario).lists
    alike = (
        "" if number == 1 else f", {number} alike: " + ("each of them" if lists == "separate" else "all as one team")
    )
    if scenario.teams or alike:
        yield Text(f"{kind if scenario.teams else 'The team'}{alike}", style="bold")
    if scenario.teams:
        yield Text("Without the people who come from other teams, and what their staff take on here.", style="dim")


def _tables_of(team: Scenario) -> list[RenderableType]:
    needed = tasks(team)
    return [
        demand_table(team), flow_table(team), task_table(needed), hours_table(team, needed), places_table(team),
        staff_table(team),
    ]  # fmt: skip


def _time(scenario: Scenario) -> str:
    warm = (
        f"after a warm-up of {scenario.warm_up / WEEK_DAYS:.0f} weeks"
        if scenario.warm_up
        else "beginning with the people of today"
    )
    weeks = {s: f"{days / WEEK_DAYS:.3g} weeks" for s, days in scenario.waiting.standard.items()}
    same = set(weeks.values())
    standard = same.pop() if len(same) == 1 else joined([f"{time} ({s})" for s, time in weeks.items()])
    order = {
        "fifo": "the longest wait first",
        "severity": "the most severe first",
        "target": "the nearest to its standard first",
    }
    return (
        f"From {scenario.start} for {scenario.horizon / YEAR_DAYS:.3g} years, {warm}. "
        f"The standard for waits is {standard}. Who is next: {order[scenario.waiting.order]}.\n"
        "The tables are arithmetic for the first day, without luck, queues or growth: a check, not a forecast.\n"
    )


def demand_table(scenario: Scenario) -> Table:
    """New referrals per week by source."""
    table = _table("New referrals per week, first day", "source", "per week", "growth a year", *scenario.severities)
    for name, source in scenario.demand.sources.items():
        mix = (f"{100 * source.severity[s]:.0f}%" for s in scenario.severities)
        table.add_row(name, f"{source.referrals:.2f}", f"{100 * source.growth:.1f}%", *mix)
    total = sum(source.referrals for source in scenario.demand.sources.values())
    mix = (
        f"{100 * sum(s.referrals * s.severity[name] for s in scenario.demand.sources.values()) / max(total, 1e-9):.0f}%"
        for name in scenario.severities
    )
    table.add_row("all", f"{total:.2f}", "", *mix, style="bold")
    return table


def flow_table(scenario: Scenario) -> Table:
    """How many are accepted, assessed and treated per week if nobody gives up."""
    table = _table(
        "Per week, if nobody gave up or stayed away; people who come back included",
        "severity",
        "accepted",
        "need treatment",
        *scenario.packages,
    )
    for severity, accepted in accepted_per_week(scenario).items():
        treated = accepted * scenario.assessment.to_treatment[severity]
        table.add_row(
            severity,
            f"{accepted:.2f}",
            f"{treated:.2f}",
            *(f"{treated * p.share[severity]:.2f}" for p in scenario.packages.values()),
        )
    return table


# --- time needed and time there is -----------------------------------------------------------------------------------


def task_table(needed: list[Task]) -> Table:
    """Clinical time needed."""
    table = _table("Clinical time needed per week", "task", "times", "hours", "who may")
    for task in needed:
        table.add_row(task.name, f"{task.times:.1f}", f"{task.hours:.1f}", joined(task.roles))
    table.add_row("all", "", f"{sum(task.hours for task in needed):.1f}", "", style="bold")
    return table


def hours_table(scenario: Scenario, needed: list[Task]) -> Table:
    """Clinical time there is, role by role, beside the time of all tasks that the role may do."""
    table = _table(
        "Clinical time there is per week, people in post today", "role", "WTE", "hours", "could be asked for"
    )
    there, roles = clinical_hours(scenario), scenario.workforce.roles
    for name, role in roles.items():
        asked = sum(task.hours for task in needed if name in task.roles)
        table.add_row(name, f"{role.in_post:.1f}", f"{there[name]:.1f}", f"{asked:.1f}")
    asked, total = sum(task.hours for task in needed), sum(there.values())
    table.add_row(
        "all", f"{sum(role.in_post for role in roles.values()):.1f}", f"{total:.1f}", f"{asked:.1f}", style="bold"
    )
    if total:
        table.caption = f"Needed over there is: {100 * asked / total:.0f}%, if everybody could do everything."
    return table


def places_table(scenario: Scenario) -> Table:
    """Caseload places needed beside those there are."""
    table = _table("Caseload places", "package", "starts a week", "weeks", "needed", "there are", "who may")
    for row in places(scenario):
        cells = (f"{row.starts:.2f}", f"{row.weeks:.0f}", f"{row.needed:.0f}", f"{row.there:.0f}", joined(row.roles))
        table.add_row(row.package, *cells)
    table.caption = (
        "Needed: starts a week times weeks (Little's law), by weight. A role that leads two packages counts in both."
    )
    return table


# --- staff and assumptions -------------------------------------------------------------------------------------------


def staff_table(scenario: Scenario) -> Table:
    """Posts, people, and how many are expected to leave in a year."""
    table = _table(
        "Staff today", "role", "funded", "in post", "vacancy", "leavers a year", "weeks to fill", "places each"
    )
    for name, role in scenario.workforce.roles.items():
        hiring = role.hiring
        weeks = (hiring.approval + hiring.round / hiring.fill) / WEEK_DAYS
        vacancy = 1 - role.in_post / role.funded if role.funded else 0.0
        places = f"{role.caseload:.0f}" if role.caseload else UNDEFINED
        table.add_row(
            name, f"{role.funded:.1f}", f"{role.in_post:.1f}", f"{100 * vacancy:.0f}%",
            f"{role.leavers * role.in_post:.2f} WTE", f"{weeks:.0f}", places,
        )  # fmt: skip
    table.caption = (
        "Weeks to fill: approval, and rounds until one succeeds, on average; vacancies beyond the usual make it longer."
    )
    return table


def money(scenario: Scenario) -> str:
    """What the funded posts cost in a full year; or whose pay is missing, so that no costs can be told."""
    roles, own = scenario.workforce.roles, scenario.money
    if lacking := [name for name, role in roles.items() if role.salary is None]:
        return f"Costs are not told: no pay for {joined(lacking)}. Give each a `band` or `pay`.\n"
    rise = scenario.workforce.pay_rise.rise
    posts = sum(
        role.funded * own.full_cost(role.salary or 0.0, rise) * copies_of(scenario, role) for role in roles.values()
    )
    lines = [f"All funded posts cost £{posts:,.0f} in a full year, with on-costs and overheads."]
    if programmes := sum(own.programmes.values()):
        lines.append(f"Programmes cost £{programmes:,.0f} a year.")
    if own.budget is not None:
        lines.append(f"The budget is £{own.budget:,.0f} a year.")
    if scenario.equal_cost:
        same = scenario.equal_cost
        lines.append(
            f"The posts added were scaled by x{same.factor:.4g}, so that posts, programmes and sums spent once cost "
            f"£{same.pounds:,.0f} over the run, as in {same.other}."
        )
        lines += [f"  {role}, funded on the first day: {old} → {new}" for role, (old, new) in same.first.items()]
    return "\n".join(lines) + "\n"


def assumptions_register(scenario: Scenario) -> Iterator[RenderableType]:
    """Numbers by grade of evidence; those without evidence are assumptions, and are listed."""
    known = register(scenario)
    assumed, total = [number for number in known if number.assumed], len(known)
    grades = Counter(evidence.grade or "none" for evidence in scenario.evidence.values())
    yield Text("Assumptions", style="bold")
    told = joined([f"{count} of grade {grade}" for grade, count in sorted(grades.items())]) if grades else "none"
    yield Text(
        f"  With evidence: {told}. Assumptions (no evidence given, or grade U): {len(assumed)} of {total} numbers."
    )
    blocks: dict[str, list[str]] = {}
    for number in assumed:
        block, _, rest = number.path.partition(".")
        blocks.setdefault(block, []).append(f"{rest or block} = {number.value}")
    for block, lines in blocks.items():
        yield Text(f"  {block}: {'; '.join(lines)}", style="dim")


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", caption_justify="left", box=box.SIMPLE_HEAD,
        pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.caption_style = "dim"
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place == 0 or name == "who may" else "right")
    return table
