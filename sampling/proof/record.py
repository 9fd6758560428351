"""The record of a draw: all that a second draw needs and must find, written as JSON and read back type by type."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from sampling.draw.random_numbers import commitment
from sampling.draw.releases import Through
from sampling.proof.digests import sample_digest
from sampling.proof.draw_plan import LATER, DrawPlan


@dataclass(frozen=True)
class Continued:
    """The wave that another one continues, as it was when that one's line was published.

    wave, line  its name, and its own line
    releases    how many of its portions were out: of every stratum, or by stratum
    released    digest of the units in them, with their places
    answered    where the later wave calls respondents again: digest of who answered; otherwise None
    """

    wave: str
    line: str
    releases: Through
    released: str
    answered: str | None = None

    def __post_init__(self):
        if not isinstance(self.releases, int):
            object.__setattr__(self, "releases", dict(sorted(self.releases.items())))

    def plain(self) -> dict:
        """In values fit for JSON; what an older line bound stays as it was."""
        return {k: v for k, v in asdict(self).items() if k != "answered" or v is not None}


@dataclass(frozen=True)
class DrawRecord:
    """All that a second draw needs and must find, in values fit for JSON.

    frame, numbers  digests of (unit_id, stratum) and of (unit_id, prn and what else the plan reads)
    commitment      SHA-256 of the seed, public before the draw
    seed            public after the draw
    start           where the wave started, from seed, wave and public value; None of a rested draw
    earlier         of a stratified draw: digest of the wave that this one continues, or None
    sample, units   digest of the drawn units with their places and probabilities, and how many they are
    code            version of the program
    psus            of a two-stage plan: digest of the PSUs with stratum, prn and size; `frame` is of (unit_id, psu)
    value           the public value that entered the draw; None if the plan names none
    continued       of a rested draw: the wave that it continues, or None
    rates           of a rested draw: stratum, rest, population and sample of `draw_rested`, one row each; in rotation
                    groups the age of the group too
    """

    wave: str
    plan: DrawPlan
    frame: str
    numbers: str
    commitment: str
    seed: str
    start: float | None
    earlier: str | None
    sample: str
    units: int
    code: str
    psus: str | None = None
    value: str | None = None
    continued: Continued | None = None
    rates: tuple[tuple, ...] | None = None

    def plain(self) -> dict:
        """In values fit for JSON, without the fields that its method does not have."""
        fields = {k: v for k, v in asdict(self).items() if k not in LATER or v is not None}
        before = {} if self.continued is None else {"continued": self.continued.plain()}
        return fields | {"plan": self.plan.plain()} | before

    @classmethod
    def of_sample(
        cls,
        sample: pd.DataFrame,
        plan: DrawPlan,
        digests: tuple[str, str, str | None],
        *,
        wave: str,
        seed: str,
        code: str,
        start: float | None = None,
        earlier: pd.DataFrame | None = None,
        value: str | None = None,
        continued: Continued | None = None,
        rates: tuple[tuple[str, int, int, int], ...] | None = None,
    ) -> "DrawRecord":
        """The record of a sample that was drawn by a plan.

        digests  of the frame, its numbers and its PSUs, as `frame_digests` gives them
        earlier  the sample that this one continues, as released; all else as the record's fields
        """
        frame, numbers, psus = digests
        return cls(
            wave=wave,
            plan=plan,
            frame=frame,
            numbers=numbers,
            commitment=commitment(seed),
            seed=seed,
            start=start,
            earlier=None if earlier is None else sample_digest(earlier),
            sample=sample_digest(sample, portions=plan.binds_portions),
            units=len(sample),
            code=code,
            psus=psus,
            value=value,
            continued=continued,
            rates=rates,
        )

    @classmethod
    def read(cls, plain: Mapping) -> "DrawRecord":
        """From such values."""
        _check_types(plain, DRAW_TYPES)
        _check_types(plain["plan"], PLAN_TYPES)
        _check_types(dict(plain["plan"]["allocation"]), dict.fromkeys(dict(plain["plan"]["allocation"]), int))
        plan = dict(plain["plan"])
        plan |= {"allocation": tuple(map(tuple, plan["allocation"])), "order": tuple(plan["order"])}
        fields: dict[str, Any] = {"start": None, **plain, "plan": DrawPlan(**plan)}
        if plain.get("continued") is not None:
            _check_types(plain["continued"], {"wave": str, "line": str, "released": str, "releases": (int, dict)})
            if isinstance(releases := plain["continued"]["releases"], dict):
                _check_types(releases, dict.fromkeys(releases, int))
            fields["continued"] = Continued(**plain["continued"])
        if plain.get("rates") is not None:
            fields["rates"] = tuple(map(tuple, plain["rates"]))
        return cls(**fields)


def _check_types(plain: Mapping, types: Mapping[str, Any]) -> None:
    """A TypeError for a field of another type, or a number that is not finite or beyond 2⁵³, which JSON can hold."""
    for name, kind in types.items():
        value = plain.get(name)
        right = isinstance(value, kind) and not isinstance(value, bool)
        if name in plain and not right and (value is not None or name in NEVER_NONE):
            raise TypeError(name)
        if isinstance(value, int | float) and not abs(value) < 2**53:
            raise ValueError(name)


NEVER_NONE = frozenset(("wave", "frame", "numbers", "commitment", "seed", "sample", "code", "units", "plan", "method"))
DRAW_TYPES: dict[str, Any] = dict.fromkeys(
    ("wave", "frame", "numbers", "commitment", "seed", "earlier", "sample", "code", "psus", "value"), str
) | {"start": (int, float), "units": int, "plan": dict, "continued": dict}
PLAN_TYPES: dict[str, Any] = dict.fromkeys(("method", "size", "pps", "person", "public", "spread"), str) | {
    "keep": (int, float),
    "call_dead": (int, float),
    "each": int,
    "rest": int,
    "portions": list,
    "allocation": list,
    "order": list,
}
