"""What a group of people asked, guessed, found and decided: kept with a scenario, and moving no result.

In: the `workshop` block of a scenario. Out: four texts.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from workforce_sim.scenario.quantities import Block

Words = Annotated[str, StringConstraints(max_length=1000)]


class Workshop(Block):
    """The protocol of a workshop: learning needs a guess before the answer. No result depends on it."""

    question: Words = ""
    """What was asked, at most 1,000 characters."""
    guess: Words = ""
    """What the group expected before anything was run, at most 1,000 characters."""
    findings: Words = ""
    """What the runs showed, in the group's words, at most 1,000 characters."""
    decision: Words = ""
    """What was decided, at most 1,000 characters."""
