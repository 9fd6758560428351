"""The [items] of a programme: what is asked, with the answers and codes of each question."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite, isnan
from typing import Any

from estimation.indicators.indicators import Item
from programme.entry import Entry
from words import Fault

SCALE = (0.0, 100.0)  # of numbers, where a programme names none
ITEM = {"text", "answers", "range", "whole", "not_answered", "not_asked", "several", "asked_if", "never_pooled"}
CODED = ("answers", "several", "never_pooled")  # entries that an item whose answer is a number cannot have


def read_items(tables: Mapping[str, Entry]) -> dict[str, Item]:
    """The items by name, each with the answers to other items on which it is asked."""
    items = {name: item_of(name, table) for name, table in tables.items()}
    for name, table in tables.items():
        items[name] = replace(items[name], asked_if=codes_of_items(table, "asked_if", items))
    return items


def item_of(name: str, entry: Entry) -> Item:
    """One item of its table, but for the answers to others on which it is asked."""
    entry.known(ITEM)
    if "range" in entry.data:
        return _numeric_item(name, entry)
    if "whole" in entry.data:
        raise Fault(key="programme.missing", file=entry.file, entry=entry.where("range"))
    answers = {code: entry.at("answers").names(code) for code in entry.get("answers", dict)}
    none: dict[str, Any] = {key: frozenset(entry.texts(key, [])) for key in ("not_answered", "not_asked")}
    for key, codes in none.items():
        if codes & set(answers):
            raise entry.fault(key, sorted(codes), f"≠ {sorted(answers)}")
    separator = entry.get("several", str, "")
    split = [code for code in answers if separator and separator in code]
    if split or ("several" in entry.data and not separator):
        raise entry.fault("several", repr(separator), f"≠ {split}" if split else '";"')
    return Item(name, answers, **none, separator=separator, apart=entry.get("never_pooled", bool, False))


def _numeric_item(name: str, entry: Entry) -> Item:
    """An item whose answer is a number; a Fault for what only coded items have, and for codes inside the range."""
    for key in CODED:
        if key in entry.data:
            raise entry.fault(key, repr(entry.data[key]), "range")
    none: dict[str, Any] = {key: frozenset(entry.texts(key, [])) for key in ("not_answered", "not_asked")}
    low, high = pair(entry, "range", SCALE)
    if not isfinite(high - low):
        raise entry.fault("range", entry.data["range"], "[0, 10]")
    item = Item(name, {}, **none, range=(low, high), whole=entry.get("whole", bool, False))
    for key, codes in none.items():
        answers = sorted(code for code in codes if not isnan(item.number(code)))
        if answers:
            raise Fault(
                key="programme.code_in_range",
                file=entry.file,
                entry=entry.where(key),
                codes=answers,
                low=low,
                high=high,
            )
    return item


def codes_of_items(entry: Entry, key: str, items: Mapping[str, Item]) -> dict[str, frozenset]:
    """item -> codes of a condition on other items."""
    if key not in entry.data:
        return {}
    condition = entry.at(key)
    condition.known(items)
    codes_of_item = {item: frozenset(condition.texts(item)) for item in condition.data}
    for item, codes in codes_of_item.items():
        if not codes or not codes <= items[item].codes:
            raise condition.fault(item, sorted(codes), sorted(items[item].codes))
    return codes_of_item


def pair(entry: Entry, key: str, default: tuple[float, float]) -> tuple[float, float]:
    """Two numbers in ascending order, or the default."""
    if key not in entry.data:
        return default
    ends = entry.get(key, list)
    if len(ends) == 2:
        both = Entry(entry.file, entry.where(key), {"1": ends[0], "2": ends[1]})
        low, high = both.number("1"), both.number("2")
        if low < high:
            return low, high
    raise entry.fault(key, ends, "[0, 100]")
