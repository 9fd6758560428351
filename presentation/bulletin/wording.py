"""What all kinds of bulletins say alike: numbered headings, dates, the head of an office, intervals and runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from presentation.interviewers import counts_interviewers
from presentation.league_notes import year_notes
from presentation.notes import simulated_mark
from presentation.numbers import percent_text, value_text
from presentation.screen import area_word, base_text
from presentation.times import wave_text
from programme.bulletin import HEAD, BulletinHead
from service.bulletins.document import HEADING, PARAGRAPH, Block, Document, Grid, Head, Picture, is_official
from service.bulletins.facts import Facts, Whole
from service.figures.league import League
from service.figures.screen import Compared
from words import Fault, Speaker, in_language

SERIAL, YEAR = "{serial}", "{year}"


@dataclass(frozen=True)
class Asked:
    """What whoever makes a bulletin says of its head; None: as the programme has it.

    number: the whole number of the document, or only its serial
    """

    day: date
    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    addressee: str | None = None
    signature: str | None = None
    copies: str | None = None
    printer: str | None = None


def head_of(facts: Facts, asked: Asked, t: Speaker, *, official: bool) -> Head:
    """The head of a bulletin, from the request or else from the programme; a Fault if its number lacks a serial.

    official  whether its foot says who prints it and when (GB/T 9704)
    """
    language, settings = t("language.code"), facts.league.programme.bulletin
    values = {name: _setting(settings, name, getattr(asked, name), language) for name in HEAD if name != "number"}
    number = _number(_setting(settings, "number", None, language), asked, values["issuer"], t)
    addressee = values.pop("addressee")
    copies, printer = values.pop("copies"), values.pop("printer")
    signature, day = values.pop("signature") or values["issuer"], date_text(asked.day, t)
    office = (printer or signature) if official else ""
    return Head(
        **values,
        signature=signature,
        number=number,
        addressee=t("bulletin.addressee", names=addressee) if addressee else "",
        date=day,
        copies=t("bulletin.copies", names=copies) if copies else "",
        printed=t("bulletin.printed", office=office, date=day) if office else "",
    )


def _number(pattern: str, asked: Asked, issuer: str, t: Speaker) -> str:
    """The document's number: a serial alone is put into the programme's pattern; without one, the year is added."""
    number, year = (asked.number or "").strip(), str(asked.day.year)
    if number.isdecimal():
        if SERIAL in pattern:
            number = pattern.replace(SERIAL, number)
        else:
            key = "bulletin.number" if issuer else "bulletin.number_alone"
            number = t(key, year=year, serial=number)
    elif not number and SERIAL not in pattern:
        number = pattern
    return number.replace(YEAR, year)


def _setting(settings: BulletinHead, name: str, asked: str | None, language: str) -> str:
    names: Mapping[str, str] = getattr(settings, name)
    return asked if asked is not None else in_language(names, language) if names else ""


def date_text(day: date, t: Speaker) -> str:
    """A day as documents write it: 2026年11月27日, 27 November 2026."""
    month = t("bulletin.months").split(t("list.between"))[day.month - 1]
    return t("bulletin.date", year=str(day.year), month=month, day=day.day)


class Headings:
    """Numbers headings: 一、 and （一） in Chinese, 1. in English."""

    def __init__(self, t: Speaker):
        self.t, self.counts = t, [0, 0]
        self.numerals = t("bulletin.numerals").split(t("list.between"))

    def first(self, text: str) -> Block:
        """A heading of the first level."""
        self.counts = [self.counts[0] + 1, 0]
        return Block(HEADING, self.t("bulletin.heading.first", number=self.numerals[self.counts[0] - 1], text=text), 1)

    def second(self, text: str) -> Block:
        """A heading of the second level."""
        self.counts[1] += 1
        return Block(HEADING, self.t("bulletin.heading.second", number=self.numerals[self.counts[1] - 1], text=text), 2)


def whole_text(facts: Facts, t: Speaker) -> list[str]:
    """The figure over all areas, and what it was in the waves compared with; nothing if it is withheld."""
    league, now = facts.league, whole_of(facts, facts.league.wave)
    if now is None or now.estimate is None:
        return [t("bulletin.no_whole")]
    values: dict[str, Any] = {"count": now.areas, "area": area_word(league, now.areas, t), "n": now.n}
    values |= {"measure": measure_name(league), "wave": wave_text(league.wave, t), "method": t(f"method.{now.method}")}
    sentences = [t("bulletin.whole", **values, **interval_values(league, now, t))]
    for compared in facts.screen.compared:
        before = whole_of(facts, compared.before)
        if before is not None and before.estimate is not None:
            base = {"base": base_text(compared, t, period=True), "n": before.n}
            sentences.append(t("bulletin.whole_before", **base, **interval_values(league, before, t)))
    if len(sentences) > 1:
        sentences.append(t("bulletin.whole_untested"))
    return sentences


def whole_of(facts: Facts, wave: str) -> Whole | None:
    """The figure over all areas in one wave."""
    return next((whole for whole in facts.wholes if whole.wave == wave), None)


def interval_values(league: League, figures, t: Speaker) -> dict[str, str]:
    """A figure with its interval and level, as sentences take them."""
    values = {key: value_text(league.measure, getattr(figures, key), t) for key in ("lower", "upper")}
    return {"value": value_text(league.measure, figures.estimate, t), **values, "level": level_text(league)}


def change_level_text(facts: Facts) -> str:
    """The level of the interval of a change, which the comparisons of a page share."""
    errors = [compared.error for compared in facts.screen.compared]
    return percent_text(1 - max(errors)) if errors else level_text(facts.league)


def level_text(league: League) -> str:
    """The level of the intervals."""
    return f"{league.programme.level:.0%}"


def measure_name(league: League) -> Mapping[str, str]:
    """The measure's name in every language."""
    return league.programme.measure_names[league.measure.name]


def counted_text(compared: Compared, t: Speaker) -> str:
    """Of how many areas the change is confirmed, how many rose and how many fell."""
    rises = sum(1 for area in compared.confirmed if _rose(compared, area))
    count, areas = len(compared.confirmed), compared.areas
    falls, base = count - rises, base_text(compared, t, period=True)
    values = {"base": base, "areas": areas, "area": area_word(compared.league, areas, t)}
    values |= {"count": count, "rest": areas - count}
    if not count:
        return t("bulletin.counted_none", **values)
    if rises and falls:
        return t("bulletin.counted", **values, rises=rises, falls=falls)
    return t("bulletin.counted_rises" if rises else "bulletin.counted_falls", **values)


def _rose(compared: Compared, area: str) -> bool:
    return bool(compared.league.table.change[area] > 0)


def year_text(facts: Facts, t: Speaker) -> list[str]:
    """What the error of one bulletin adds up to over a year."""
    return year_notes(facts.league, t)


def source_text(facts: Facts, t: Speaker) -> str:
    """The line at the foot of pictures, slides and tables: wave, survey and runs."""
    league = facts.league
    runs = [f"{run}" for run in shown_runs(facts)]
    return t("bulletin.source", wave=wave_text(league.wave, t), programme=league.programme.title, runs=runs)


def shown_runs(facts: Facts) -> list[int]:
    """The runs of the estimate, of the comparisons and of the year's mean."""
    rolling = facts.screen.rolling
    return sorted({*runs_of_areas(facts), *([] if rolling is None else [rolling.run])})


def runs_of_areas(facts: Facts) -> list[int]:
    """The runs of the estimate and of the comparisons."""
    return sorted({*runs_of_changes(facts), *(run["run_id"] for run in facts.league.runs.values())})


def runs_of_changes(facts: Facts) -> list[int]:
    """The runs of the comparisons."""
    return sorted({max(run["run_id"] for run in c.league.runs.values()) for c in facts.screen.compared})


def errors_text(facts: Facts, t: Speaker) -> str:
    """Which errors the intervals of figures count, in a few words."""
    return errors_counted(counts_interviewers(facts.league), t)


def errors_counted(with_interviewers: bool, t: Speaker) -> str:
    """Which errors intervals count, with or without that of interviewers, in a few words."""
    return t("bulletin.errors.interviewers" if with_interviewers else "bulletin.errors.sampling")


def mark_of(facts: Facts, t: Speaker, key: str = "bulletin.mark") -> str:
    """The mark on every page, or in every picture, of simulated data; empty for other data."""
    programme = facts.league.programme
    return t(key, mark=simulated_mark(programme, t)) if programme.simulated else ""


def numbered(sentences: Iterable[str], t: Speaker) -> list[str]:
    """Sentences as a numbered list."""
    return [t("bulletin.item", number=k, text=text) for k, text in enumerate(sentences, 1)]


def check_number(facts: Facts, asked: Asked, t: Speaker) -> None:
    """A Fault if the programme's pattern of document numbers needs a serial and none was given."""
    pattern = _setting(facts.league.programme.bulletin, "number", None, t("language.code"))
    if SERIAL in pattern and not asked.number:
        raise Fault(key="bulletin.serial", pattern=pattern, field=SERIAL)


def said(text: str) -> Block:
    """A paragraph."""
    return Block(PARAGRAPH, text)


def document_of_facts(
    facts: Facts,
    asked: Asked,
    t: Speaker,
    *,
    kind: str,
    title: str,
    blocks: Iterable[Block],
    grids: Iterable[Grid],
    pictures: Iterable[Picture | None],
    lead: str = "",
    tiles: tuple[tuple[str, str], ...] = (),
) -> Document:
    """The bulletin with what all kinds have: of which wave it is, its head, its mark, its source."""
    league, grids = facts.league, tuple(grids)
    return Document(
        kind=kind,
        language=t("language.code"),
        programme=league.programme.name,
        wave=league.wave,
        measure=league.measure.name,
        league=league.league,
        title=title,
        head=head_of(facts, asked, t, official=is_official(t("language.code"), kind)),
        mark=mark_of(facts, t),
        blocks=tuple(blocks),
        grids=grids,
        pictures=tuple(picture for picture in pictures if picture is not None),
        source=source_text(facts, t),
        lead=lead,
        tiles=tiles,
        words={
            "text": t("bulletin.sheet.text"),
            "survey": league.programme.title[t("language.code")],
            "mark": mark_of(facts, t, "bulletin.mark.picture"),
            **{f"sheet.{g.name}": t(f"bulletin.sheet.{g.name}") for g in grids},
        },
    )
