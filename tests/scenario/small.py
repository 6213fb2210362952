"""A small sound scenario for tests, and a way to write faults into it."""

from __future__ import annotations

SMALL = """\
name: Small team
start: 2026-04-01
horizon: 2 years
severities: [mild, severe]
demand:
  sources:
    gp: {referrals: 11 per week, severity: {mild: 60%, severe: 40%}}
waiting:
  per_week: {gives_up: 1%}
assessment: {roles: [nurse], takes: 120 minutes}
packages:
  therapy:
    share: 100%
    lead: {roles: [nurse], contacts: 10, every: 2 weeks, takes: 60 minutes}
workforce:
  roles:
    nurse: {funded: 5 wte, leavers: 10% per year, clinical_share: 60%, caseload: 30, job_plan: {assessment: 20%, treatment: 80%}}
    peer: {funded: 2 wte, clinical_share: 50%}
"""  # noqa: E501  # one role, one line


def small(*edits: tuple[str, str], more: str = "") -> str:
    """The small scenario with each `(old, new)` edit made once, and more text at its end."""
    text = SMALL
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} must stand exactly once"
        text = text.replace(old, new)
    return text + more
