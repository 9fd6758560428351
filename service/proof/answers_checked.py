"""The answers of a wave compared with its chain, table by table, and weights and figures computed again from them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sampling.proof.column_digests import column_digests, digest_of_columns, table_digest
from sampling.proof.linked_draw import released_units
from sampling.proof.links import CALLS, FIGURES, RESPONSES, WEIGHTS, ProofChain, differing_says, link_name
from service.files.bounds import read_bounded
from service.proof.chain_files import ATTEMPTS_FILE, CONTENTS, WEIGHTS_FILE, contents_file, parquet_table
from service.proof.figures_again import figures_again, weights_again
from service.proof.proof_links import ATTEMPT_COLUMNS, calls_say, ordered_weights
from service.proof.published import KEYS, cells_of, differing_cells
from service.samples.proof_files import SAMPLE, read_units
from service.store.objects import RESPONDENTS
from words import Fault

NAMED = 5  # cells of a file that are named one by one; of the others it is said how many they are
Said = tuple[str, dict]


def differing_answers(chain: ProofChain, folder: Path, answers: Path) -> Iterator[Said]:
    """What of the answers is not what the links say; if nothing is, which weights and figures they do not give.

    folder: of the chain;  answers: as `answers_files` gives them
    """
    linked = chain.says(RESPONSES).get("tables", {})
    columns, files = _stated(answers)
    if not columns:
        yield "chain.file_written_otherwise", {"file": CONTENTS}
    tables: dict[str, pd.DataFrame] = {}
    is_as_written = True
    for name, says in sorted(linked.items()):
        table, differing = _checked_table(name, says, columns.get(name, {}), answers)
        yield from differing
        is_as_written &= not differing
        if table is not None:
            tables[name] = table
    differing = list(_differing_files(answers, files))
    yield from differing
    is_as_written &= not differing and bool(columns)
    if chain.drawn_here:
        yield from _differing_calls(chain, folder, answers, tables.get(RESPONDENTS))
    if not is_as_written:
        yield "chain.not_computed", {}
        return
    yield from _differing_weights(chain, folder, answers, tables)
    yield from _differing_figures(chain, folder, tables)


def _stated(answers: Path) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    """The digests of columns and of files as the answers list them; nothing if the list is not as it was written."""
    content = read_bounded(answers / CONTENTS)
    try:
        plain = json.loads(content)
        columns, files = plain["columns"], plain["files"]
        if contents_file(columns, files) == content:
            return {name: dict(of) for name, of in columns.items()}, dict(files)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return {}, {}


def _checked_table(
    name: str, says: Mapping[str, Any], columns: Mapping[str, str], answers: Path
) -> tuple[pd.DataFrame | None, list[Said]]:
    """A table of the answers, None if it cannot be read, and what of it is not what its link says."""
    file = f"{name}.parquet"
    values: dict[str, Any] = {"file": file, "link": link_name(RESPONSES)}
    listed: list[Said] = []
    if digest_of_columns(columns, says["rows"]) != says["columns"]:
        listed, columns = [("chain.columns_listed", {"file": CONTENTS, "table": file})], {}
    if not (answers / file).is_file():
        return None, [*listed, ("chain.file_absent", values)]
    content = read_bounded(answers / file)
    found = hashlib.sha256(content).hexdigest()
    try:
        table = _read(content, file, RESPONSES)
    except Fault as fault:
        return None, [*listed, (fault.key, fault.values)]
    if found == says["sha256"]:
        return table, listed
    if len(table) != says["rows"]:
        return table, [*listed, ("chain.table_rows", values | {"expected": says["rows"], "found": len(table)})]
    own = column_digests(table)
    others = sorted(column for column in {*own, *columns} if own.get(column) != columns.get(column))
    if columns and others:
        return table, [*listed, ("chain.table_columns", values | {"columns": others})]
    return table, [*listed, ("chain.file_changed", values | {"expected": says["sha256"], "found": found})]


def _differing_files(answers: Path, files: Mapping[str, str]) -> Iterator[Said]:
    """Files of the answers that are not as their list says."""
    there = {path.relative_to(answers).as_posix() for path in answers.rglob("*") if path.is_file()}
    for name, expected in sorted(files.items()):
        if name not in there:
            yield "chain.file_absent", {"file": name, "link": CONTENTS}
        elif (found := hashlib.sha256(read_bounded(answers / name)).hexdigest()) != expected:
            yield "chain.file_changed", {"file": name, "link": CONTENTS, "expected": expected, "found": found}
    for name in sorted(there - set(files) - {CONTENTS}):
        yield "chain.file_unknown", {"file": name}


def _differing_calls(
    chain: ProofChain, folder: Path, answers: Path, respondents: pd.DataFrame | None
) -> Iterator[Said]:
    """A call log that is not the one linked, and people who answered though their numbers were not released."""
    attempts = pd.DataFrame(columns=ATTEMPT_COLUMNS)
    if (answers / ATTEMPTS_FILE).is_file():
        attempts = _read(read_bounded(answers / ATTEMPTS_FILE), ATTEMPTS_FILE, CALLS)
    yield from differing_says(CALLS, chain.says(CALLS), calls_say(attempts), ATTEMPTS_FILE)
    is_accepted = (chain.says(RESPONSES).get("of_sample") or {}).get("differences")
    if respondents is None or is_accepted or not (folder / SAMPLE).exists():
        return
    sample = read_units(folder / SAMPLE, ["unit_id", "stratum", "place", "release"])
    foreign = sorted(set(respondents.unit_id) - released_units(sample, chain))
    if foreign:
        yield "chain.not_released", {"count": len(foreign), "units": foreign}


def _differing_weights(
    chain: ProofChain, folder: Path, answers: Path, tables: Mapping[str, pd.DataFrame]
) -> Iterator[Said]:
    """Weights that are not those linked, or that their steps do not give."""
    says = chain.says(WEIGHTS)
    if says.get("weights") is None:
        return
    if not (answers / WEIGHTS_FILE).is_file():
        yield "chain.file_absent", {"file": WEIGHTS_FILE, "link": link_name(WEIGHTS)}
        return
    weights = ordered_weights(_read(read_bounded(answers / WEIGHTS_FILE), WEIGHTS_FILE, WEIGHTS))
    there = [weights.unit_id.nunique(), table_digest(weights)]
    yield from differing_says(WEIGHTS, says, {"weights": there}, WEIGHTS_FILE)
    again = weights_again(chain, folder, tables)
    one, two = (table.assign(weight=table.weight.map(repr)) for table in (weights, again))
    yield from said_cells(WEIGHTS_FILE, WEIGHTS, differing_cells(one, two, ["unit_id", "step"]))


def _differing_figures(chain: ProofChain, folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Said]:
    """Figures that stand otherwise in their files than they are computed again."""
    for name, computed in figures_again(chain, folder, tables).items():
        if (folder / name).is_file():
            stated = cells_of(read_bounded(folder / name))
            yield from said_cells(name, FIGURES, differing_cells(stated, computed, KEYS[name]))


def said_cells(file: str, link: str, cells: list[tuple[str, str, str, str]]) -> Iterator[Said]:
    """A sentence for each of the first cells that differ, and how many more there are."""
    for row, column, stated, computed in cells[:NAMED]:
        values = {"file": file, "row": row, "column": column, "found": stated, "expected": computed}
        yield "chain.cell", values | {"link": link_name(link)}
    if len(cells) > NAMED:
        yield "chain.more_cells", {"file": file, "count": len(cells) - NAMED}


def _read(content: bytes, file: str, link: str) -> pd.DataFrame:
    """A table from its file; a Fault for whatever a reader of Parquet makes of changed bytes."""
    try:
        return parquet_table(content)
    except Exception as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Fault(key="chain.table_unreadable", file=file, link=link_name(link), problem=problem) from error
