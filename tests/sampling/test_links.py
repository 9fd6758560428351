"""The links of a chain of proof and the digests of its tables: what is read back, and what one change does to them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sampling.proof.column_digests import column_digests, table_digest
from sampling.proof.links import ELSEWHERE, HERE, ProofChain, canonical, differing_links, linked, read_chain
from words import Fault

SAYS = {name: {"digest": name[0] * 64, "count": k, "part": k / 7} for k, name in enumerate(HERE)}
CHAIN = linked("2026Q1", SAYS, {"figures.csv": "f" * 64})


def keys(chain: ProofChain, line: str | None = CHAIN.line) -> list[tuple[str, int]]:
    """Key and number of the link of each difference."""
    return [(key, values.get("number", 0)) for key, values in differing_links(chain, line)]


def moved(*links) -> ProofChain:
    return replace(CHAIN, links=tuple(links))


def test_a_chain_is_read_back_as_it_was_written_and_holds():
    again = read_chain(CHAIN.content, "chain.json")
    assert again == CHAIN and keys(again) == [] and again.content == CHAIN.content
    assert again.drawn_here and again.says("calls")["count"] == 3 and again.says("none") == {}
    elsewhere = linked("2026Q1", {name: SAYS[name] for name in ELSEWHERE}, {})
    assert keys(elsewhere, None) == [] and not elsewhere.drawn_here


@pytest.mark.parametrize("place", range(len(HERE)))
def test_a_link_that_was_changed_is_named_and_one_made_anew_breaks_the_next_or_the_line(place):
    links = list(CHAIN.links)
    links[place] = replace(links[place], says=SAYS[HERE[place]] | {"count": 99})
    assert keys(moved(*links)) == [("chain.changed", place + 1)]
    links[place] = replace(links[place], digest=links[place].computed)
    following = ("chain.previous", place + 2) if place + 1 < len(HERE) else ("chain.line", 0)
    assert keys(moved(*links)) == [following]
    whole = linked("2026Q1", SAYS | {HERE[place]: {"count": 99}}, {})
    assert keys(whole) == [("chain.line", 0)] and keys(whole, None) == []


def test_links_left_out_repeated_exchanged_or_of_another_wave_are_named():
    a, b, c, *others = CHAIN.links
    assert ("chain.order", 0) in keys(moved(b, a, c, *others)) and ("chain.previous", 1) in keys(
        moved(b, a, c, *others)
    )
    assert {("chain.order", 0), ("chain.previous", 2)} <= set(keys(moved(a, c, *others)))
    assert {("chain.order", 0), ("chain.previous", 3)} <= set(keys(moved(a, b, b, c, *others)))
    foreign = linked("2026Q2", SAYS, {}).links[3]
    assert ("chain.other_wave", 4) in keys(moved(a, b, c, foreign, *others[1:]))
    assert ("chain.order", 0) in keys(moved(*others))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b'{"links":[],"files":{}}', b'{"links":[1],"files":{}}', b'{"links":[{}],"files":{}}',
        b"\xff", b"[" * 100_000, CHAIN.content.replace(b'"f', b'"f\\u0066', 1), CHAIN.content + b" ",
        CHAIN.content.replace(b": 3", b": NaN"), CHAIN.content.replace(b'"2026Q1"', b"null", 1),
        CHAIN.content.replace(b'"figures.csv": "' + b"f" * 64 + b'"', b'"figures.csv": []'),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_chain_or_was_written_by_hand_is_one_sentence(content):
    with pytest.raises(Fault) as caught:
        read_chain(content, "chain.json")
    assert caught.value.key in ("chain.unreadable", "chain.written_otherwise") and "chain.json" in str(caught.value)


def test_the_same_value_is_written_in_one_way():
    assert canonical({"b": 0.1, "a": ["ü", None]}) == '{"a":["ü",null],"b":0.1}'
    assert json.loads(canonical({"x": 1 / 3}))["x"] == 1 / 3
    with pytest.raises(ValueError, match="JSON"):
        canonical({"x": float("nan")})


def test_a_digest_of_a_table_changes_with_every_cell_and_with_the_order_of_its_rows():
    table = pd.DataFrame({"unit": ["a", "b", "c"], "answer": ["1", None, "2"], "weight": [1.5, np.nan, 0.1]})
    own = column_digests(table)
    for column, cell in (("unit", "d"), ("answer", "2"), ("weight", np.nextafter(0.1, 1))):
        other = table.copy()
        other.loc[2 if column == "weight" else 1, column] = cell
        changed = column_digests(other)
        assert [name for name in own if changed[name] != own[name]] == [column]
    assert len({table_digest(t) for t in (table, table[::-1], table.iloc[:2], pd.concat([table, table[:1]]))}) == 4
    same = table[["weight", "unit", "answer"]].set_axis([5, 6, 7])
    assert table_digest(table) == table_digest(same) == table_digest(same.astype({"answer": "category"}))
