"""What shipped levers have to be told in the example team of adults; for tests and benchmarks."""

from __future__ import annotations

CHOSEN = {
    "upstream.school_team": "source: primary_care",
    "pipeline.pwp": "role: mhwp",
    "pipeline.nursing_associate": "role: support_worker",
    "pipeline.high_intensity": "role: psychologist",
    "upskill.pwp_high_intensity": "serving: mhwp, into: psychologist",
    "recruit.freeze": "until: 2027-01-01",
}
"""Lever → what it has to be told in a team of adults."""
