"""A survey programme read from one TOML file: areas, columns, items, measures, design and rules, in both languages."""

import codecs
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from accountability import Rule
from accountability.report import ALL, LAST, RANK_SHARE
from accountability.rules import AT_LEAST, KINDS, NOT_LAST
from estimation import Limits
from estimation.design import LONELY
from estimation.indicators import SCORE, SHARE, Item, Measure
from estimation.weighting import WeightingPlan
from service.weighting_plan import Label, read_labels, read_weighting
from words import LANGUAGES, Fault

CODE = re.compile(r"[\w.-]+")
WAVE = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")  # year, quarter, month
LEAGUE, PROGRAMME = "league", "programme"
# what a person may write where the type does not fit
TYPES = {
    str: '"…"',
    dict: "{ … }",
    int: "5",
    list: "[…]",
    bool: "true, false",
    str | list: '"…", ["…"]',
    int | float | str: '66.7, "200/3"',
}


@dataclass(frozen=True)
class Area:
    """An area that is ranked: its code in the file, its league, its names."""

    code: str
    league: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """Which columns of the wave's file say who answered, where, how sampled and with what weight."""

    respondent: tuple[str, ...]
    area: str
    stratum: tuple[str, ...]
    psu: tuple[str, ...]
    weight: str


@dataclass(frozen=True)
class Comparing:
    """How changes are judged, fixed before the waves are seen.

    rank_share: of the error 1 - level, for the rank level, the rest for standing
    together: "league": each league and measure is a page of its own;  "programme": all of them share the error
    watch: areas to look at more closely; of each league half of the standing level's error is theirs
    """

    rank_share: float = RANK_SHARE
    together: str = LEAGUE
    watch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Programme:
    """One survey as data; `digest` is that of the file's bytes; every name is {"zh": …, "en": …}.

    weighting: how weights are made from the released numbers; None: the file's weights are final (columns.weight)
    labels: what columns that weighting uses and their codes are called
    breaks: wave -> reason; from that wave on mode or questions are new, and nothing earlier can be compared.
    """

    name: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    source: Mapping[str, str]
    simulated: bool
    encoding: str
    columns: Columns
    weighting: WeightingPlan | None
    labels: Mapping[str, Label]
    lonely: str
    level: float
    publish: Limits
    comparing: Comparing
    leagues: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Area]
    items: Mapping[str, Item]
    item_texts: Mapping[str, Mapping[str, str]]
    measures: Mapping[str, Measure]
    measure_names: Mapping[str, Mapping[str, str]]
    rules: Mapping[str, tuple[Rule, ...]]
    rule_names: Mapping[str, Mapping[str, str]]
    breaks: Mapping[str, Mapping[str, str]]
    digest: str

    def break_between(self, before: str, after: str) -> str | None:
        """The first wave after `before`, up to `after`, that nothing earlier can be compared with; or None."""
        return min((wave for wave in self.breaks if before < wave <= after), default=None)

    @property
    def family(self) -> int:
        """How many tables of change share the error: 1, or leagues times measures."""
        return len(self.leagues) * len(self.measures) if self.comparing.together == PROGRAMME else 1

    def last(self, measure: str) -> int:
        """How many areas are called the last: what the measure's first rule of that kind says, or `LAST`."""
        return next((int(rule.threshold) for rule in self.rules[measure] if rule.kind == NOT_LAST), LAST)

    def league_areas(self, league: str) -> list[str]:
        """Codes of the league's areas, in the file's order."""
        return [code for code, area in self.areas.items() if area.league == league]


def read_programme(content: bytes, file: str) -> Programme:
    """The programme in a TOML file's bytes; a Fault names the file and the entry that is missing or wrong."""
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Fault(key="programme.encoding", file=file, row=line) from error
    except tomllib.TOMLDecodeError as error:
        raise Fault(key="programme.syntax", file=file, problem=str(error)) from error
    entry = Entry(file, "", data)
    leagues = {k: v.names("name") for k, v in entry.entries("leagues").items()}
    areas = _areas(entry, leagues)
    items, item_texts = _items(entry)
    measures, measure_names = _measures(entry, items)
    rules, rule_names = _rules(entry, measures, areas)
    return Programme(
        name=entry.code("programme"),
        title=entry.names("name"),
        note=entry.names("note"),
        source=entry.names("source"),
        simulated=entry.get("simulated", bool),
        encoding=_encoding(entry),
        columns=_columns(entry.at("columns"), weighted="weighting" in entry.data),
        weighting=read_weighting(entry.at("weighting")) if "weighting" in entry.data else None,
        labels=read_labels(entry.at("weighting")) if "weighting" in entry.data else {},
        lonely=entry.at("design").one_of("lonely", LONELY),
        level=_level(entry),
        publish=_publish(entry),
        comparing=_comparing(entry, areas),
        leagues=leagues,
        areas=areas,
        items=items,
        item_texts=item_texts,
        measures=measures,
        measure_names=measure_names,
        rules=rules,
        rule_names=rule_names,
        breaks=_breaks(entry),
        digest=hashlib.sha256(content).hexdigest(),
    )


@dataclass(frozen=True)
class Entry:
    """A table of the TOML file and where it stands, so that a fault can name the place."""

    file: str
    path: str
    data: Mapping

    def where(self, key: str) -> str:
        """The entry's name as a person would look for it: measures.safe.counts."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, found, expected) -> Fault:
        """A Fault naming file and entry, what was found and what was expected."""
        return Fault(key="programme.entry", file=self.file, entry=self.where(key), found=found, expected=expected)

    def get(self, key: str, kind, default=None):
        """The value of `key`, of type `kind`."""
        value = self.data.get(key, default)
        if value is None:
            raise Fault(key="programme.missing", file=self.file, entry=self.where(key))
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise self.fault(key, repr(value), TYPES[kind])
        return value

    def at(self, key: str) -> "Entry":
        """The table under `key`."""
        return Entry(self.file, self.where(key), self.get(key, dict))

    def entries(self, key: str, default=None) -> dict[str, "Entry"]:
        """The tables under `key`, by name; at least one unless a default is given."""
        table = self.get(key, dict, default)
        if not table and default is None:
            raise self.fault(key, "{}", "[" + self.where(key) + ".…]")
        return {k: Entry(self.file, self.where(key), table).at(k) for k in table}

    def code(self, key: str) -> str:
        """A short name without blanks."""
        value = self.get(key, str)
        if not CODE.fullmatch(value):
            raise self.fault(key, repr(value), "A-Z a-z 0-9 _ . -")
        return value

    def names(self, key: str) -> Mapping[str, str]:
        """A name in both languages."""
        return {language: self.at(key).get(language, str) for language in LANGUAGES}

    def one_of(self, key: str, allowed) -> str:
        """A value out of a fixed few."""
        value = self.get(key, str)
        if value not in allowed:
            raise self.fault(key, repr(value), list(allowed))
        return value

    def texts(self, key: str, default=None) -> tuple[str, ...]:
        """One text or a list of texts."""
        value = self.get(key, str | list, default)
        values = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(v, str) for v in values):
            raise self.fault(key, repr(value), '["…"]')
        return values

    def number(self, key: str) -> float:
        """A number; a text such as "200/3" is an exact fraction."""
        value = self.get(key, int | float | str)
        try:
            return float(Fraction(value))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise self.fault(key, repr(value), TYPES[int | float | str]) from error


def _breaks(entry: Entry) -> dict[str, Mapping[str, str]]:
    for wave in (table := entry.entries("breaks", {})):
        if not WAVE.fullmatch(wave):
            raise entry.fault("breaks", repr(wave), "[breaks.2026Q1], [breaks.2026-03], [breaks.2026]")
    return {wave: each.names("reason") for wave, each in table.items()}


def _encoding(entry: Entry) -> str:
    encoding = entry.get("encoding", str, "utf-8")
    try:
        "".encode(codecs.lookup(encoding).name)  # a LookupError too for codecs that make no text ("hex")
    except LookupError as error:
        raise entry.fault("encoding", repr(encoding), ["utf-8", "gb18030"]) from error
    return encoding


def _level(entry: Entry) -> float:
    level = entry.number("level") if "level" in entry.data else 0.95
    if not 0.5 <= level < 1:
        raise entry.fault("level", level, "0.5 … 0.999")
    return level


def _publish(entry: Entry) -> Limits:
    """The limits of [publish]; those it does not name are the defaults."""
    given = Entry(entry.file, "publish", entry.get("publish", dict, {}))
    known = {field.name for field in fields(Limits)}
    for name in given.data:
        if name not in known:
            raise given.fault(name, repr(given.data[name]), sorted(known))
        if given.number(name) < 0:
            raise given.fault(name, repr(given.data[name]), "≥ 0")
    return Limits(**{name: given.number(name) for name in given.data})


def _comparing(entry: Entry, areas) -> Comparing:
    """[comparing], or the defaults."""
    given = Entry(entry.file, "comparing", entry.get("comparing", dict, {}))
    known = [field.name for field in fields(Comparing)]
    for name in given.data:
        if name not in known:
            raise given.fault(name, repr(given.data[name]), known)
    share = given.number("rank_share") if "rank_share" in given.data else RANK_SHARE
    if not 0 < share < 1:
        raise given.fault("rank_share", share, "0.1")
    watch = given.texts("watch", [])
    unknown = [area for area in watch if area not in areas]
    if unknown:
        raise given.fault("watch", unknown, list(areas))
    together = given.one_of("together", (LEAGUE, PROGRAMME)) if "together" in given.data else LEAGUE
    return Comparing(share, together, watch)


def _columns(entry: Entry, *, weighted: bool) -> Columns:
    """[columns]; weighted: the weights are made by [weighting], and no column of the file holds them."""
    psu = entry.texts("psu", [])
    respondent = entry.texts("respondent")
    if not respondent:
        raise entry.fault("respondent", "[]", TYPES[str | list])
    if weighted and "weight" in entry.data:
        raise entry.fault("weight", repr(entry.data["weight"]), "[weighting.base] weight = …")
    return Columns(
        respondent=respondent,
        area=entry.get("area", str),
        stratum=entry.texts("stratum", []),
        psu=psu or respondent,
        weight="" if weighted else entry.get("weight", str),
    )


def _areas(entry: Entry, leagues) -> dict[str, Area]:
    areas = {}
    for code, area in entry.entries("areas").items():
        areas[code] = Area(code, area.one_of("league", leagues), {x: area.get(x, str) for x in LANGUAGES})
    if ALL in areas:  # stands for everybody in ESTIMATES
        raise entry.at("areas").fault(ALL, repr(ALL), "A-Z a-z 0-9 _ . -")
    for league in leagues:
        if league not in {area.league for area in areas.values()}:
            raise entry.at("leagues").fault(league, "{}", f'[areas] … = {{ league = "{league}" }}')
    return areas


def _items(entry: Entry) -> tuple[dict, dict]:
    items, texts = {}, {}
    for name, item in entry.entries("items").items():
        answers = {code: item.at("answers").names(code) for code in item.get("answers", dict)}
        none = {key: frozenset(item.texts(key, [])) for key in ("not_answered", "not_asked")}
        for key, codes in none.items():
            if codes & set(answers):
                raise item.fault(key, sorted(codes), f"≠ {sorted(answers)}")
        items[name] = Item(name, answers, **none)
        texts[name] = item.names("text")
    return items, texts


def _measures(entry: Entry, items) -> tuple[dict, dict]:
    measures, names = {}, {}
    for name, measure in entry.entries("measures").items():
        kind = measure.one_of("kind", (SHARE, SCORE))
        of = measure.texts("items")
        unknown = [i for i in of if i not in items]
        if unknown or not of or (kind == SHARE and len(of) != 1):
            raise measure.fault("items", list(of), list(items))
        counts = measure.texts("counts") if kind == SHARE else ()
        points = {c: measure.at("points").number(c) for c in measure.get("points", dict)} if kind == SCORE else {}
        for item in of:
            allowed = set(items[item].answers)
            given, key = (set(counts), "counts") if kind == SHARE else (set(points), "points")
            if not given or not given <= allowed or (kind == SCORE and given != allowed):
                raise measure.fault(key, sorted(given), sorted(allowed))
        if kind == SCORE and len(set(points.values())) < 2:
            raise measure.fault("points", sorted(points.values()), "≥ 2")
        best = measure.one_of("best", ("largest", "smallest"))
        measures[name] = Measure(name, kind, of, frozenset(counts), points, best == "largest")
        names[name] = measure.names("name")
    return measures, names


def _rules(entry: Entry, measures, areas) -> tuple[dict, dict]:
    rules, names = {name: () for name in measures}, {}
    largest = max(Counter(area.league for area in areas.values()).values())
    for name, rule in entry.entries("rules", {}).items():
        kind, threshold = rule.one_of("kind", KINDS), rule.number("threshold")
        measure = rule.one_of("measure", measures)
        if kind == NOT_LAST and (threshold != int(threshold) or not 1 <= threshold < largest):
            raise rule.fault("threshold", threshold, f"1, 2, 3 … < {largest}")
        low, high = measures[measure].low, measures[measure].high
        if kind == AT_LEAST and not low <= threshold <= high:
            raise rule.fault("threshold", threshold, f"{low:g} … {high:g}")
        rules[measure] += (Rule(name, kind, threshold, _level(rule) if "level" in rule.data else _level(entry)),)
        names[name] = rule.names("name")
    return rules, names
