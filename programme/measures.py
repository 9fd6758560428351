"""What a programme asks and estimates: its [records], [measures] and [factors], read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimation.indicators.indicators import (
    ANSWERED,
    INDEX,
    MEAN,
    MENTIONS,
    MISSING,
    RESPONDENTS,
    SCORE,
    SHARE,
    Item,
    Measure,
    Part,
)
from programme.entry import Entry
from programme.items import SCALE, codes_of_items, pair, read_items
from words import LANGUAGES, Fault, text

LARGEST, SMALLEST = "largest", "smallest"
BEST = (LARGEST, SMALLEST)
KINDS = (SHARE, SCORE, MEAN, INDEX)
OF = (RESPONDENTS, MENTIONS)
ROUNDING = 1e-9
RECORD = {"name", "best", "true_of"}
BOTH = {"kind", "best", "name", "digits"}
ANSWERS = BOTH | {"items", "where", "by"}
MOST_DIGITS = 4  # decimals that a value may be printed with
MEASURE = {
    SHARE: ANSWERS | {"counts", "against", "of", "weights", "missing"},
    SCORE: ANSWERS | {"points", "weights", "missing"},
    MEAN: ANSWERS | {"weights", "missing", "unit"},
    INDEX: BOTH | {"scale", "parts"},
}
FACTORS = {"name", "item", "where"}


@dataclass(frozen=True)
class Record:
    """An administrative record that is part of an index: its names, and whether the largest value is the best.

    true_of: the measure whose true value it is, in a simulated survey; "": it is a record like others
    """

    name: Mapping[str, str]
    largest_is_best: bool
    true_of: str = ""


@dataclass(frozen=True)
class Factors:
    """The table of what people named in one item with several answers: its names and its measures.

    measures: (code, "respondents" or "mentions") -> measure, for each answer of the item.
    """

    name: Mapping[str, str]
    item: str
    measures: Mapping[tuple[str, str], Measure]


@dataclass(frozen=True)
class Indicators:
    """All that a programme asks and estimates; a name is a mapping from language to text."""

    items: Mapping[str, Item]
    item_texts: Mapping[str, Mapping[str, str]]
    records: Mapping[str, Record]
    measures: Mapping[str, Measure]
    measure_names: Mapping[str, Mapping[str, str]]
    factors: Mapping[str, Factors]


def read_indicators(entry: Entry) -> Indicators:
    """The tables of a programme; a Fault names the entry that is wrong, what was found and what is expected."""
    items = read_items(entry.entries("items"))
    texts = {name: table.names("text") for name, table in entry.entries("items").items()}
    records = {name: _record(table) for name, table in entry.entries("records", {}).items()}
    measures, names = {}, {}
    for name, table in entry.entries("measures").items():
        if name in records:
            raise entry.at("measures").fault(name, repr(name), "≠ [records]")
        measure = replace(_measure(name, table, items, measures, records), digits=_digits(table))
        for named_measure, measure_name in _grouped(measure, table, items):
            measures[named_measure.name], names[named_measure.name] = named_measure, measure_name
    factors = {name: _factors(name, table, items, measures) for name, table in entry.entries("factors", {}).items()}
    for name, record in records.items():
        of = entry.at("records").at(name)
        if record.true_of and not entry.get("simulated", bool):
            raise of.fault("true_of", repr(record.true_of), "simulated = true")
        if record.true_of and record.true_of not in measures:
            raise of.fault("true_of", repr(record.true_of), list(measures))
    return Indicators(items, texts, records, measures, names, factors)


def _digits(entry: Entry) -> int | None:
    """The decimals under "digits"; None where the measure does not say."""
    if "digits" not in entry.data:
        return None
    digits = entry.get("digits", int)
    if not 0 <= digits <= MOST_DIGITS:
        raise entry.fault("digits", digits, f"0 … {MOST_DIGITS}")
    return digits


def _record(entry: Entry) -> Record:
    entry.known(RECORD)
    true_of = entry.get("true_of", str, "")
    return Record(entry.names("name"), entry.one_of("best", BEST) == LARGEST, true_of)


def _measure(name: str, entry: Entry, items, measures, records) -> Measure:
    entry.known(set().union(*MEASURE.values()))
    kind = entry.one_of("kind", KINDS)
    entry.known(MEASURE[kind])
    largest = entry.one_of("best", BEST) == LARGEST
    if kind == INDEX:
        return _index(name, entry, largest, items, measures, records)
    of = entry.texts("items")
    if not of or len(set(of)) < len(of) or any(i not in items for i in of):
        raise entry.fault("items", list(of), list(items))
    options: dict[str, Any] = {"weights": _weights(entry, of), "where": codes_of_items(entry, "where", items)}
    options["missing"] = entry.one_of("missing", MISSING) if "missing" in entry.data else ANSWERED
    _refuse_other_items(entry, kind, [items[i] for i in of])
    if kind == MEAN:
        return _mean(name, entry, largest, [items[i] for i in of], options)
    if kind == SHARE:
        counts, base = _counts(entry, of, items), _base(entry, of, items)
        against = frozenset(entry.texts("against", []))
        none = frozenset().union(*(items[i].no_answer for i in of))
        if against and (base == MENTIONS or not against <= none):
            raise entry.fault("against", sorted(against), sorted(none) if base == RESPONDENTS else [])
        return Measure(name, kind, of, counts, {}, largest, of=base, against=against, **options)
    return Measure(name, kind, of, frozenset(), _points(entry, of, items), largest, **options)


def _refuse_other_items(entry: Entry, kind: str, of: list[Item]) -> None:
    """A Fault for a mean of answers that are codes, and for another kind of measure of answers that are numbers."""
    wrong = [item.name for item in of if item.numeric != (kind == MEAN)]
    if wrong:
        key = "programme.coded_item" if kind == MEAN else "programme.numeric_item"
        raise Fault(key=key, file=entry.file, entry=entry.where("items"), items=wrong, kind=kind)


def _mean(name: str, entry: Entry, largest: bool, of: list[Item], options: Mapping) -> Measure:
    """The mean of numbers answered; a Fault if its items do not have the same range."""
    ranges = {item.name: item.range for item in of if item.range is not None}
    if len(set(ranges.values())) > 1:
        ranges_found = [f"{item}: {low:g} … {high:g}" for item, (low, high) in ranges.items()]
        raise Fault(key="programme.ranges_differ", file=entry.file, entry=entry.where("items"), found=ranges_found)
    ends = next(iter(ranges.values()))
    counted_in = entry.names("unit") if "unit" in entry.data else {}
    two_valued = len(of) == 1 and of[0].whole and ends == (0.0, 1.0)
    mean_options: dict[str, Any] = {**options, "range": ends, "two_valued": two_valued, "counted_in": counted_in}
    return Measure(name, MEAN, tuple(item.name for item in of), frozenset(), {}, largest, **mean_options)


def _counts(entry: Entry, of, items) -> frozenset:
    counts = frozenset(entry.texts("counts"))
    for item in of:
        if not counts or not counts <= set(items[item].answers):
            raise entry.fault("counts", sorted(counts), sorted(items[item].answers))
    return counts


def _base(entry: Entry, of, items) -> str:
    base = entry.one_of("of", OF) if "of" in entry.data else RESPONDENTS
    if base == MENTIONS and (len(of) != 1 or not items[of[0]].separator):
        raise entry.fault("items", list(of), [name for name, item in items.items() if item.separator])
    return base


def _points(entry: Entry, of, items) -> dict[str, float]:
    several = [item for item in of if items[item].separator]
    if several:
        raise entry.fault("items", several, [name for name, item in items.items() if not item.separator])
    points = {code: entry.at("points").number(code) for code in entry.get("points", dict)}
    for item in of:
        allowed, known = set(items[item].answers), frozenset().union(*(items[i].codes for i in of))
        if not allowed <= set(points) or not set(points) <= known:
            raise entry.fault("points", sorted(points), sorted(allowed))
    if len(set(points.values())) < 2:
        raise entry.fault("points", sorted(points.values()), "≥ 2")
    return points


def _weights(entry: Entry, of) -> tuple[float, ...]:
    """a_k of the items in their order, () where none are given."""
    if "weights" not in entry.data:
        return ()
    weights = entry.at("weights")
    if set(weights.data) != set(of):
        raise entry.fault("weights", sorted(weights.data), list(of))
    return _sum_to_one(entry, "weights", {item: _positive(weights, item) for item in of})


def _sum_to_one(entry: Entry, key: str, weights: Mapping[str, float]) -> tuple[float, ...]:
    if abs(sum(weights.values()) - 1) > ROUNDING:
        problem = {"entry": entry.where(key), "found": sum(weights.values()), "parts": list(weights)}
        raise Fault(key="programme.weights_sum", file=entry.file, **problem)
    return tuple(weights.values())


def _positive(entry: Entry, key: str) -> float:
    weight = entry.number(key)
    if weight <= 0:
        raise entry.fault(key, weight, "> 0")
    return weight


def _index(name: str, entry: Entry, largest: bool, items, measures, records) -> Measure:
    scale = pair(entry, "scale", SCALE)
    parts = [
        _part(part_name, part_entry, scale, largest, measures, records)
        for part_name, part_entry in entry.entries("parts").items()
    ]
    if all(part.record for part in parts):
        raise Fault(key="programme.only_records", file=entry.file, entry=entry.where("parts"), measures=list(measures))
    _sum_to_one(entry, "parts", {part.name: part.weight for part in parts})
    index = Measure(name, INDEX, (), frozenset(), {}, largest, parts=tuple(parts))
    groups = _groups(index, items, measures)
    for item, codes in groups.items():
        if len(codes) > 1:
            raise _pooled(entry, item)
    return index


def _part(name: str, entry: Entry, scale, largest: bool, measures, records) -> Part:
    """One part on the index's scale, turned round if its best end is not the index's."""
    entry.known({"weight", "bounds"})
    if name not in measures and name not in records:
        problem = {"entry": entry.path, "measures": list(measures) or ["-"], "records": list(records) or ["-"]}
        raise Fault(key="programme.part_unknown", file=entry.file, **problem)
    own_scale = scale if name in records else (measures[name].low, measures[name].high)
    best = records[name].largest_is_best if name in records else measures[name].largest_is_best
    bounds = pair(entry, "bounds", scale)
    apart = max(abs(a - b) for a, b in zip(own_scale, scale, strict=True)) > ROUNDING * (scale[1] - scale[0])
    if "bounds" not in entry.data and apart:
        problem = {"entry": entry.path, "found": [f"{v:g}" for v in own_scale], "expected": [f"{v:g}" for v in scale]}
        raise Fault(key="programme.part_scale", file=entry.file, **problem)
    onto = scale if best == largest else scale[::-1]
    return Part(
        name, name in records, _positive(entry, "weight"), bounds, onto, bounds if name in records else own_scale
    )


def _grouped(measure: Measure, entry: Entry, items) -> list[tuple[Measure, Mapping[str, str]]]:
    """The measure, and with `by` one for each answer of that item; without the whole if the groups are never pooled."""
    names = entry.names("name")
    whole = [(measure, names)]
    if "by" not in entry.data:
        _refuse_pooling(measure, entry, items)
        return whole
    item = items[entry.one_of("by", [name for name, item in items.items() if item.answers and not item.separator])]
    groups = []
    for code, label in item.answers.items():
        group = replace(measure, name=f"{measure.name}.{code}", where={**measure.where, item.name: frozenset({code})})
        _refuse_pooling(group, entry, items)
        groups.append((group, {x: text("measure.group", x, measure=names[x], group=label[x]) for x in LANGUAGES}))
    return groups if item.apart else whole + groups


def _refuse_pooling(measure: Measure, entry: Entry, items) -> None:
    """A Fault for a measure that pools groups which are never to be pooled."""
    if measure.kind == INDEX:
        return
    for item in items.values():
        if item.apart and len(measure.where.get(item.name, item.codes)) != 1:
            raise _pooled(entry, item.name)


def _groups(measure: Measure, items, measures) -> dict[str, frozenset]:
    """The groups that an index contains, for each item whose groups are never pooled."""
    groups_of_item = {}
    for item in [item.name for item in items.values() if item.apart]:
        if measure.kind != INDEX:
            groups_of_item[item] = measure.where[item]
        else:
            parts = [measures[part.name] for part in measure.parts if not part.record]
            groups_of_part = [_groups(component, items, measures)[item] for component in parts]
            groups_of_item[item] = frozenset().union(*groups_of_part)
    return groups_of_item


def _pooled(entry: Entry, item: str) -> Fault:
    return Fault(key="programme.pooled", file=entry.file, entry=entry.path, item=item)


def _factors(name: str, entry: Entry, items, measures) -> Factors:
    entry.known(FACTORS)
    item = entry.one_of("item", [name for name, item in items.items() if item.separator])
    where, share_of = codes_of_items(entry, "where", items), {}
    for code in items[item].answers:
        for base in OF:
            share = Measure(f"{name}.{code}.{base}", SHARE, (item,), frozenset({code}), {}, False, of=base, where=where)
            if share.name in measures:
                raise entry.fault("item", share.name, f"≠ measures.{share.name}")
            _refuse_pooling(share, entry, items)
            share_of[code, base] = share
    return Factors(entry.names("name"), item, share_of)
