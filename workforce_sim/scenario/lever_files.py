"""A lever: a named, ready-made set of dated changes with its evidence, one YAML file each, shipped or the user's own.

In: the files beneath `workforce_sim/levers/`, or in a user's folder. Out: frozen `Lever` records. They are read like
scenarios, with the same limits and the same findings; what a lever does to a scenario is told in `levers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, StringConstraints, ValidationError, model_validator

from workforce_sim import units
from workforce_sim.errors import ScenarioError, either, nearest, quoted
from workforce_sim.scenario.amounts import Amount, Span
from workforce_sim.scenario.document import GREATEST_TEXT, Place, read_document
from workforce_sim.scenario.quantities import Block, Id, Quantity, default, fault
from workforce_sim.scenario.wording import findings_of
from workforce_sim.units import Unreadable

SHIPPED = Path(__file__).parents[1] / "levers"
"""The folder of the levers that come with the package."""
THEMES = {
    "A1": "Early intervention in schools",
    "A2": "Practitioners in primary care",
    "A3": "Awareness and health literacy",
    "A4": "Crisis care",
    "A5": "Remote care",
    "A6": "Digital exclusion",
    "A7": "Remote care: harder assessments and relationships",
    "A8": "Remote care: a tailored approach",
    "A9": "Voluntary sector partnership",
    "A10": "Peer support workers",
    "A11": "New practitioner roles",
    "A12": "Skill mix",
    "A13": "Recruitment",
    "A14": "Career progression",
    "A15": "Mentoring and preceptorship",
    "A16": "Flexible work",
    "A17": "Retention as a whole",
    "A18": "Pay",
    "A19": "Staff wellbeing, with what employers do for staff's mental health",
    "A20": "Trauma-informed training",
    "A21": "Cultural-competence training",
    "A22": "Certification and academic partnership",
    "A23": "Training pipeline",
    "A24": "A shock such as COVID-19",
    "A25": "Rising severity",
    "A26": "Outcome measurement",
    "A27": "Improvement by data",
    "A30": "Co-production",
    "A31": "Reminders",
    "A32": "Funding",
    "A33": "Integration with social and physical care",
    "A34": "Set-up of remote care",
}
"""Number in the evidence table → theme. Some rows are no levers: docs/levers.md says which, and why."""
OWN_KEYS = ("lever", "from", "until", "effect", "name", "costs")
"""What every use of a lever may say, besides the lever's own parameters."""
BUILT_IN = ("name", "from", "until", "effect", "lag")
"""Placeholders that every lever may use, besides its own parameters."""
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""Stands in paths, values and keys for a parameter."""
GREATEST_SOURCES = 500
"""Most characters of all sources of a lever together; `evidence` keeps as many."""
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=GREATEST_TEXT)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\n]*\S[^\n]*$")]

Source = Annotated[str, StringConstraints(min_length=1, max_length=GREATEST_SOURCES)]


def _plain(check: Callable[[object], Any]) -> Any:
    """A pydantic type that is read by one function."""
    return PlainValidator(check, json_schema_input_type=Any)


def _duration(value: object) -> str | None:
    """A duration as written, a placeholder for one, or nothing where nothing is said."""
    if value is None or (isinstance(value, str) and PLACEHOLDER.fullmatch(value)):
        return value
    try:
        units.duration(value)
    except Unreadable as error:
        raise fault(error.expected, error.nearest) from None
    return str(value)


def _amount(value: object) -> Amount:
    """An amount in any unit."""
    try:
        return Amount.read(value)
    except Unreadable as error:
        raise fault(error.expected) from None


def _value(value: object) -> str | int | float | Span | None:
    """A value as a change writes it, or three of them, {low: …, default: …, high: …}; nothing where nothing is said."""
    if isinstance(value, dict) and set(value) == {"low", "default", "high"}:
        span = Span(**{end: _amount(amount) for end, amount in value.items()})
        if span.fault():
            raise fault(str(span.fault()), (), ", ".join(str(amount) for amount in value.values()))
        return span
    return None if value is None else _scalar(value)


def _scalar(value: object) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise fault("a value, or three of them: {low: …, default: …, high: …}")
    return value


def _given(value: object) -> Any:
    """A parameter's value: one, or a list, such as names of roles."""
    return [_scalar(each) for each in value] if isinstance(value, list) else _scalar(value)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise fault("a name of small letters, digits, _ and dots, such as retain.bundle")
    return value


Duration = Annotated[str, _plain(_duration)]
MaybeDuration = Annotated[str | None, _plain(_duration)]
Value = Annotated[Any, _plain(_value)]


class Effect(Block):
    """What a lever is expected to achieve, and how uncertain that is."""

    meaning: Line
    """What the amounts say."""
    low: Annotated[Amount, _plain(_amount)]
    """Least effect within the evidence, with its unit."""
    default: Annotated[Amount, _plain(_amount)]
    """Usual effect."""
    high: Annotated[Amount, _plain(_amount)]
    """Greatest effect within the evidence."""

    @model_validator(mode="after")
    def _in_order(self) -> Effect:
        if self.span.fault():
            raise fault(str(self.span.fault()))
        return self

    @property
    def span(self) -> Span:
        """The three amounts."""
        return Span(self.low, self.default, self.high)

    def __str__(self) -> str:
        """`8% (4% to 15%)`, or the default alone where the evidence gives no range."""
        return str(self.span)


class Parameter(Block):
    """What a scenario may choose where it uses the lever."""

    meaning: Line
    """What it is."""
    default: Annotated[Any, _plain(_given)]
    """What holds where the scenario does not say: a value, or a list of names."""


class LeverChange(Block):
    """One change of a lever: like a dated change of a scenario, without its date."""

    set_path: str | None = Field(None, alias="set")
    """Path of the numbers that are set."""
    factor: str | None = None
    """Path of the numbers that are multiplied."""
    add: str | None = None
    """Path of the numbers that something is added to."""
    to: Value = None
    """What they are set to: a value, or {low, default, high}."""
    by: Value = None
    """The factor or the addition: a value, or {low, default, high}."""
    after: Duration = "0 weeks"
    """Time from the lever's date until the change begins; default at once."""
    lasts: MaybeDuration = Field(None, alias="for")
    """Time after which it is undone; default never."""
    ramp: MaybeDuration = None
    """Time until it acts in full; default the lever's lag."""
    uptake: MaybeDuration = None
    """Time until half of it is adopted, instead of a ramp."""
    half_life: MaybeDuration = None
    """Time in which it halves once in full; default the lever's."""
    extent: Value = None
    """Share of it that acts: a share, or {low, default, high}."""

    @model_validator(mode="after")
    def _is_a_change(self) -> LeverChange:
        kinds = [kind for kind in ("set", "factor", "add") if self.path_of(kind) is not None]
        if len(kinds) != 1 or (self.to is None) == (kinds == ["set"]) or (self.by is None) == (kinds != ["set"]):
            raise fault("a change, {set: a.path, to: …}, {factor: a.path, by: x0.9} or {add: a.path, by: +2 wte}")
        return self

    def path_of(self, kind: str) -> str | None:
        """The path, if the change is of this kind."""
        return self.set_path if kind == "set" else getattr(self, kind)

    @property
    def kind(self) -> str:
        """`set`, `factor` or `add`."""
        return next(kind for kind in ("set", "factor", "add") if self.path_of(kind) is not None)

    @property
    def path(self) -> str:
        """The path, with its placeholders."""
        return self.path_of(self.kind) or ""

    @property
    def value(self) -> Any:
        """What it sets or adds, or its factor."""
        return self.to if self.kind == "set" else self.by


class TimeTaken(Block):
    """Time at work that the lever takes from all staff."""

    what: Line
    """What it is taken for, with the arithmetic."""
    share: Annotated[float, Quantity(units.SHARE, 0.0, 0.5)]
    """Share of time at work. 0% to 50%."""
    after: Duration = "0 weeks"
    """Time from the lever's date until it begins."""
    lasts: MaybeDuration = Field(None, alias="for")
    """How long it is taken; default for good."""


class Costs(Block):
    """What the lever costs, besides the time it takes."""

    once: Annotated[float, Quantity(units.MONEY, 0.0, 1e9)] = default("£0")
    """Spent on its first day. Pounds."""
    per_year: Annotated[float, Quantity(units.YEARLY_MONEY, 0.0, 1e10)] = default("£0 per year")
    """Spent while it runs. Pounds per year."""


class Lever(Block):
    """A named, ready-made set of dated changes with its evidence."""

    name: Annotated[str, _plain(_name)]
    """Its name, which is also that of its file."""
    theme: Literal[tuple(THEMES)]  # type: ignore[valid-type]  # the one list of themes
    """Number of its row in the evidence table."""
    title: Line
    """What it is called."""
    mechanism: Sentence
    """How it works, in one or two sentences, and where its numbers come from if they are derived."""
    effect: Effect | None = None
    """What it is expected to achieve; none where it is a decision and not an estimate."""
    parameters: Annotated[dict[Id, Parameter], Field(max_length=16)] = default({})
    """Name → what a scenario may choose; `{name}` stands for it in paths and values."""
    changes: Annotated[list[LeverChange], Field(max_length=32)] = default([])
    """What it changes."""
    adds: dict[str, Any] = default({})
    """A tree that is put into the scenario, for structures such as a training route."""
    lag: Duration = "0 weeks"
    """Time until it acts in full: the ramp of its changes, unless they say otherwise."""
    half_life: MaybeDuration = None
    """Time in which its effect halves if it is not sustained; default it does not fade."""
    time: Annotated[list[TimeTaken], Field(max_length=8)] = default([])
    """Time it takes from staff."""
    costs: Costs = default({})
    """What it costs."""
    grade: Literal["A", "B", "C", "D", "U"]
    """How sure its effect is: A trials, B good observation, C weak observation, D derived, U an assumption."""
    sources: Annotated[list[Source], Field(max_length=12)] = default([])
    """Where its numbers come from."""
    unknown: Sentence
    """What is not known."""

    @model_validator(mode="after")
    def _is_whole(self) -> Lever:
        """It does something, tells its sources, and uses every parameter, and no other."""
        if not (self.changes or self.adds or self.time):
            raise fault("at least one of changes, adds and time", (), "a lever that does nothing")
        if self.grade != "U" and not self.sources:
            raise fault("sources, or grade U", (), f"grade {self.grade} without sources")
        if len(self.source) > GREATEST_SOURCES:
            raise fault(f"sources of at most {GREATEST_SOURCES} characters in all")
        taken = [name for name in self.parameters if name in (*OWN_KEYS, *BUILT_IN)]
        if taken:
            raise fault("another name for the parameter", (), quoted(taken[0]))
        used = set(_placeholders([self.changes, self.adds]))
        for name in sorted(used - {*self.parameters, *BUILT_IN}):
            expected = f"a placeholder for {either((*self.parameters, *BUILT_IN))}"
            raise fault(expected, nearest(name, self.parameters), f"{{{name}}}")
        for name in sorted(set(self.parameters) - used):
            raise fault("a parameter that the lever uses", (), quoted(name))
        ramps = any(change.ramp is None and change.uptake is None for change in self.changes)
        if self.lag != "0 weeks" and not ramps and "lag" not in used:
            raise fault("no lag, because nothing follows it: no change without a ramp or uptake of its own, no {lag}")
        return self

    @property
    def source(self) -> str:
        """All its sources in one line."""
        return "; ".join(self.sources)

    @property
    def identifier(self) -> str:
        """Its name where a scenario needs one without dots."""
        return self.name.replace(".", "_")


def _placeholders(part: Any) -> Iterator[str]:
    """The placeholders in texts, wherever they stand."""
    if isinstance(part, str):
        yield from PLACEHOLDER.findall(part)
    elif isinstance(part, dict):
        yield from _placeholders([*part, *part.values()])
    elif isinstance(part, Block):
        yield from _placeholders(list(part.__dict__.values()))
    elif isinstance(part, list):
        for each in part:
            yield from _placeholders(each)


def levers_in(folder: Path) -> dict[str, Path]:
    """Name → file of every lever in a folder; raises `OSError`."""
    return {path.name.removesuffix(".yaml"): path for path in sorted(folder.iterdir()) if path.name.endswith(".yaml")}


@lru_cache(maxsize=1)
def shipped_levers() -> Mapping[str, Path]:
    """Name → file of every lever that comes with the package."""
    return levers_in(SHIPPED)


@lru_cache(maxsize=256)
def shipped_lever(name: str) -> Lever:
    """A lever that comes with the package."""
    return read_lever(shipped_levers()[name], f"workforce_sim/levers/{name}.yaml")


def read_lever(path: Path, told: str) -> Lever:
    """Read one lever file, called `told` in messages; raises `ScenarioError`."""
    document = read_document(path, told)
    try:
        lever = Lever.model_validate(document.tree)
    except ValidationError as error:
        raise ScenarioError(findings_of(error, document, Lever)) from None
    if lever.name != path.name.removesuffix(".yaml"):
        expected = f"{path.name.removesuffix('.yaml')}, as the file is called"
        raise ScenarioError([document.place(("name",)).finding(("name",), quoted(lever.name), expected)])
    return lever


def all_levers(folder: Path | None = None) -> dict[str, Lever]:
    """Name → lever: those that come with the package, and those of a folder; raises `ScenarioError`."""
    levers = {name: shipped_lever(name) for name in shipped_levers()}
    if folder is None:
        return levers
    try:
        own = levers_in(folder)
    except (OSError, ValueError):
        raise ScenarioError(
            [Place(str(folder)).finding((), "no folder that can be read", "a folder of levers")]
        ) from None
    for name, path in own.items():
        if name in levers:
            expected = f"another name, because a lever {name} comes with the package"
            raise ScenarioError([Place(str(path)).finding((), quoted(path.name), expected)])
        levers[name] = read_lever(path, str(path))
    return levers
