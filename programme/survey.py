"""A survey programme read from one TOML file: its tables and settings, each checked where it stands in the file."""

import codecs
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace

from accountability.disclosure.cells import LEAST, WITHHOLD
from accountability.league.conventions import ALL, RANK_SHARE
from accountability.rules.kind import EQUAL, WEIGHTS
from estimation import Limits
from estimation.changes.verdicts import BOTH, WORSE
from estimation.estimators.design import LONELY
from fieldwork.dispositions import check_words
from programme.bulletin import read_bulletin
from programme.calling import read_calling
from programme.consequences import read_consequences
from programme.declared import LEAGUE, PROGRAMME, TELEPHONES, Area, Columns, Comparing, Interviewers, Programme
from programme.entry import TYPES, Entry
from programme.groups import Groups, check_levels, read_groups
from programme.measures import read_indicators
from programme.population import read_population
from programme.questionnaire import Known, read_questionnaire
from programme.renames import read_renames
from programme.rules import judged_of, read_level, read_rules
from programme.types import Kinds, read_quotas, read_types
from programme.wave_names import WAVE
from programme.weighting import merge_rules, read_labels, read_weighting
from words import Fault

LARGEST = 5_000_000  # bytes of a programme; one with two thousand areas has some 200,000
WITHHOLD_ENTRY, RELEASE_ENTRY = "withhold", "release"
TWO_PEOPLE_ENTRY = "two_people"
# what may stand in the file, and in those of its tables whose reading does not say it otherwise
TEXTS = ("programme", "name", "note", "source")
SETTINGS = (
    "simulated",
    "encoding",
    "level",
    "columns",
    "design",
    "interviewers",
    "weighting",
    "publish",
    "sample",
    "comparing",
    "outcomes",
    "bulletin",
    "questionnaire",
    "calling",
)
TABLES = (
    "population",
    "year",
    "leagues",
    "groups",
    "areas",
    "renamed",
    "breaks",
    "items",
    "records",
    "measures",
    "factors",
    "types",
    "quotas",
    "rules",
    "consequences",
)
COLUMNS = ("respondent", "area", "stratum", "psu", "weight", "began", "minutes")


def read_programme(content: bytes, file: str, *, stored: bool = False) -> Programme:
    """The programme in a TOML file's bytes; a Fault names the file and the entry that is missing, wrong or not known.

    stored: it was imported before; a key that nothing reads is then passed over, since older programs accepted it
    """
    data = _toml(content, file)
    return programme_of(data, file, stored=stored, digest=hashlib.sha256(content).hexdigest())


def programme_of(data: Mapping, file: str, *, stored: bool = False, digest: str = "") -> Programme:
    """The programme in the tables of its file; see `read_programme`."""
    entry = Entry(file, "", data, lenient=stored)
    entry.known((*TEXTS, *SETTINGS, *TABLES))
    leagues, units = _leagues(entry.entries("leagues"))
    groups = read_groups(entry, leagues)
    areas = _areas(entry, leagues, groups)
    indicators = read_indicators(entry)
    check_levels(entry, groups, areas, indicators.measures)
    rules, rule_names = read_rules(entry, indicators.measures, areas, leagues, groups.ranked)
    consequences, consequence_names = read_consequences(entry, judged_of(rules))
    columns = _columns(entry.at("columns"), weighted="weighting" in entry.data)
    weighting = read_weighting(entry.at("weighting")) if "weighting" in entry.data else None
    labels = read_labels(entry.at("weighting")) if "weighting" in entry.data else {}
    named_areas = {code: area.name for code, area in areas.items()}
    known = Known(indicators.items, indicators.item_texts, named_areas, columns.area, labels, weighting)
    questionnaire = read_questionnaire(entry, known)
    types = read_types(entry, indicators.items, indicators.measures)
    kinds = Kinds.declared(columns.area, areas, indicators.items, questionnaire, types, labels, weighting)
    return Programme(
        name=entry.code("programme"),
        title=entry.names("name"),
        note=entry.names("note"),
        source=entry.names("source"),
        simulated=entry.get("simulated", bool),
        encoding=_encoding(entry),
        columns=columns,
        interviewers=_interviewers(entry),
        weighting=weighting,
        labels=labels,
        lonely=_lonely(entry.at("design")),
        level=read_level(entry),
        publish=_publish(entry),
        withhold=_withhold(entry),
        release=replace(entry, path="publish", data=entry.get("publish", dict, {})).get(RELEASE_ENTRY, bool, False),
        two_people=_two_people(entry),
        population=read_population(replace(entry, path="population", data=entry.get("population", dict, {})), areas),
        comparing=_comparing(entry, areas),
        leagues=leagues,
        areas=areas,
        **vars(indicators),
        **rules,
        rule_names=rule_names,
        breaks=_breaks(entry),
        digest=digest,
        groups=groups.names,
        group_in=groups.inside,
        ranked_groups=groups.ranked,
        units=units,
        outcomes=_outcomes(entry),
        renames=read_renames(entry, areas, WAVE.fullmatch, groups.names),
        merged_strata=_merged_strata(entry.at("design")),
        consequences=consequences,
        consequence_names=consequence_names,
        bulletin=read_bulletin(entry),
        questionnaire=questionnaire,
        year_weights=_year_weights(entry),
        calling=read_calling(entry, areas, TELEPHONES if questionnaire.mode is None else questionnaire.mode.answers),
        types=types,
        quotas=read_quotas(entry, kinds),
    )


def _toml(content: bytes, file: str) -> dict:
    """The tables of a TOML file."""
    if len(content) > LARGEST:
        raise Fault(key="programme.too_large", file=file, found=len(content), expected=LARGEST)
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Fault(key="programme.encoding", file=file, row=line) from error
    except tomllib.TOMLDecodeError as error:
        raise Fault(key="programme.syntax", file=file, problem=str(error)) from error
    except ValueError as error:  # tomllib says neither the place nor that it is the file's fault
        raise Fault(key="programme.long_number", file=file) from error
    except RecursionError as error:
        raise Fault(key="programme.too_deep", file=file) from error
    if not data:
        raise Fault(key="file.empty", file=file)
    return data


def _outcomes(entry: Entry) -> dict[str, str]:
    """[outcomes]: a centre's own words -> codes; a Fault for a code that does not exist."""
    table = replace(entry, path="outcomes", data=entry.get("outcomes", dict, {}))
    words = {word: table.get(word, str) for word in table.data}
    try:
        check_words(words)
    except Fault as fault:
        raise table.fault(fault.values["word"], repr(fault.values["found"]), fault.values["expected"]) from fault
    return words


def _named(entries: Mapping[str, Entry], key: str) -> dict[str, Mapping[str, str]]:
    """The names under `key` of tables that have nothing else."""
    for entry in entries.values():
        entry.known((key,))
    return {name: entry.names(key) for name, entry in entries.items()}


def _leagues(entries: Mapping[str, Entry]) -> tuple[dict, dict]:
    """The leagues' names, and what one area of each is called where it is said."""
    for entry in entries.values():
        entry.known(("name", "unit"))
    names = {league: entry.names("name") for league, entry in entries.items()}
    return names, {league: entry.names("unit") for league, entry in entries.items() if "unit" in entry.data}


def _lonely(entry: Entry) -> str:
    entry.known(("lonely", "merge"))
    return entry.one_of("lonely", LONELY)


def _merged_strata(design: Entry) -> dict[str, tuple[str, ...]]:
    return merge_rules(design.at("merge")) if "merge" in design.data else {}


def _breaks(entry: Entry) -> dict[str, Mapping[str, str]]:
    for wave in (table := entry.entries("breaks", {})):
        if not WAVE.fullmatch(wave):
            raise entry.fault("breaks", repr(wave), "[breaks.2026Q1], [breaks.2026-03], [breaks.2026]")
    return _named(table, "reason")


def _encoding(entry: Entry) -> str:
    encoding = entry.get("encoding", str, "utf-8")
    try:
        "".encode(codecs.lookup(encoding).name)  # a LookupError too for codecs that make no text ("hex")
    except LookupError as error:
        raise entry.fault("encoding", repr(encoding), ["utf-8", "gb18030"]) from error
    return encoding


def _publish(entry: Entry) -> Limits:
    """The limits of [publish]; those it does not name are the defaults."""
    table = replace(entry, path="publish", data=entry.get("publish", dict, {}))
    known = {field.name for field in fields(Limits)}
    table.known(known | {WITHHOLD_ENTRY, RELEASE_ENTRY})
    for name in known & set(table.data):
        if table.number(name) < 0:
            raise table.fault(name, repr(table.data[name]), "≥ 0")
    return Limits(**{name: table.number(name) for name in table.data if name in known})


def _withhold(entry: Entry) -> int:
    """[publish] withhold, or the default; a Fault if it is so low that nothing would be withheld."""
    table = replace(entry, path="publish", data=entry.get("publish", dict, {}))
    if WITHHOLD_ENTRY not in table.data:
        return WITHHOLD
    limit = table.number(WITHHOLD_ENTRY)
    if limit != int(limit) or limit < LEAST:
        raise table.fault(WITHHOLD_ENTRY, limit, f"{LEAST}, {LEAST + 1} …")
    return int(limit)


def _two_people(entry: Entry) -> bool:
    """[sample] two_people: whether a plan is approved by somebody else than the one who made it; by default not."""
    table = replace(entry, path="sample", data=entry.get("sample", dict, {}))
    table.known({TWO_PEOPLE_ENTRY})
    return table.get(TWO_PEOPLE_ENTRY, bool, False)


def _comparing(entry: Entry, areas) -> Comparing:
    """[comparing], or the defaults."""
    table = replace(entry, path="comparing", data=entry.get("comparing", dict, {}))
    table.known(field.name for field in fields(Comparing))
    share = table.number("rank_share") if "rank_share" in table.data else RANK_SHARE
    if not 0 < share < 1:
        raise table.fault("rank_share", share, "0.1")
    watch = table.texts("watch", [])
    unknown = [area for area in watch if area not in areas]
    if unknown:
        raise table.fault("watch", unknown, list(areas))
    together = table.one_of("together", (LEAGUE, PROGRAMME)) if "together" in table.data else LEAGUE
    side = table.one_of("side", (BOTH, WORSE)) if "side" in table.data else BOTH
    return Comparing(share, together, watch, *_yearly(table), side)


def _year_weights(entry: Entry) -> str:
    """[year] weights; by default every wave counts the same."""
    table = replace(entry, path="year", data=entry.get("year", dict, {}))
    table.known({"weights"})
    return table.one_of("weights", WEIGHTS) if "weights" in table.data else EQUAL


def _yearly(table: Entry) -> tuple[float, int]:
    """[comparing] yearly_error and pages_a_year: both or neither."""
    if "yearly_error" not in table.data and "pages_a_year" not in table.data:
        return 0.0, 0
    error, pages = table.number("yearly_error"), table.number("pages_a_year")
    if not 0 < error < 1:
        raise table.fault("yearly_error", error, "0.05")
    if pages != int(pages) or pages < 1:
        raise table.fault("pages_a_year", pages, "1, 2, 3 …")
    return error, int(pages)


def _columns(entry: Entry, *, weighted: bool) -> Columns:
    """[columns]; weighted: the weights are made by [weighting], and no column of the file holds them."""
    entry.known(COLUMNS)
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
        began=entry.get("began", str, ""),
        minutes=entry.get("minutes", str, ""),
    )


def _interviewers(entry: Entry) -> Interviewers | None:
    """[interviewers], or None where the programme has none."""
    if "interviewers" not in entry.data:
        return None
    table = entry.at("interviewers")
    table.known({"column", "at_random"})
    return Interviewers(table.get("column", str, ""), table.get("at_random", bool))


def _areas(entry: Entry, leagues, groups: Groups) -> dict[str, Area]:
    areas = {}
    for code, area in entry.entries("areas").items():
        area.known(("league", "group"), languages=True)
        group = area.one_of("group", groups.names) if "group" in area.data else ""
        areas[code] = Area(code, area.one_of("league", leagues), area.by_language(), group)
    if ALL in areas:  # stands for everybody in ESTIMATES
        raise entry.at("areas").fault(ALL, repr(ALL), "A-Z a-z 0-9 _ . -")
    for league in leagues:
        if league not in {area.league for area in (*areas.values(), *groups.ranked.values())}:
            raise entry.at("leagues").fault(league, "{}", f'[areas] … = {{ league = "{league}" }}')
    return areas
