"""A comparison's chain of proof checked from its files alone: each wave's own chain, and the changes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from programme.survey import read_programme
from sampling import Verification
from sampling.proof.links import CHANGES, RESPONSES, WAVES, ProofChain, differing_links, link_name, read_chain
from service.figures.computing import COMPUTE
from service.figures.loaded_waves import computed_waves, wave_of_tables
from service.figures.use_cases import COMPARE
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.intake.released import by_number
from service.proof.answers_checked import said_cells
from service.proof.chain_checked import NO_FAULT, CheckedChain, Said, differing_files, named, verify_chain_folder
from service.proof.chain_files import CHAIN, PROGRAMME, parquet_table
from service.proof.figures_again import estimated_again, known_totals
from service.proof.published import cells_of, differing_cells
from service.proof.published_changes import CHANGES as CHANGES_FILE
from service.proof.published_changes import KEY, published_changes
from service.store.objects import RELEASED
from words import Fault

FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # a wave's name


def verify_compared(
    folder: Path,
    *,
    published: str | None = None,
    line: str | None = None,
    screened: Sequence[str] = (),
    answers: Path | None = None,
) -> CheckedChain:
    """Check the chain of a comparison and of each of its waves; the lines are those of `verify_chain_folder`.

    published, screened: of the last wave;  answers: the folder with a folder of answers for each wave
    """
    chain = read_chain(read_bounded(folder / CHAIN), CHAIN)
    stated = chain.says(WAVES).get("lines")
    stated = stated if isinstance(stated, dict) else {}
    lines = {name: str(own) for name, own in stated.items() if FOLDER.fullmatch(name)}
    differences = [*differing_links(chain, line), *named(differing_files(chain, folder, (CHANGES,), frozenset(lines)))]
    notes: list[Said] = []
    for name, of_wave in sorted(lines.items()):
        of_last = {"published": published, "screened": screened} if name == chain.wave else {}
        place = None if answers is None else answers / name
        differing, noted = _checked_wave(folder / name, name, of_wave, place, of_last)
        differences += differing
        notes += noted
    is_whole = all(key in NO_FAULT for key, _ in differences)
    if answers is not None and is_whole:
        differences += named(_differing_changes(chain, folder, answers, sorted(lines)))
    holds = all(key in NO_FAULT for key, _ in differences)
    verification = Verification(holds, tuple(differences), tuple(notes))
    ends = chain.links[0].name, chain.links[-1].name
    return CheckedChain(chain.wave, ends, chain.line, verification, is_drawn=False, is_computed=answers is not None)


def _checked_wave(
    folder: Path, name: str, line: str, answers: Path | None, of_last: Mapping
) -> tuple[list[Said], list[Said]]:
    """What differs in the chain of one wave, and what else is said of it, each after the wave's name."""
    if not (folder / CHAIN).is_file():
        return [("chain.file_absent", {"file": f"{name}/{CHAIN}", "link": link_name(WAVES)})], []
    try:
        checked = verify_chain_folder(folder, line=line, answers=answers, **of_last)
    except Fault as fault:
        return [("chain.in_wave", {"wave": name}), (fault.key, fault.values)], []
    heading = [("chain.in_wave", {"wave": name})]
    differing, noted = list(checked.verification.differences), list(checked.verification.notes)
    return heading + differing if differing else [], heading + noted if noted else []


def _differing_changes(chain: ProofChain, folder: Path, answers: Path, names: Sequence[str]) -> Iterator[Said]:
    """Changes that stand otherwise in their file than they are computed again from the answers of all waves."""
    programme = read_programme(read_bounded(folder / PROGRAMME), PROGRAMME, stored=True)
    waves, released, estimated = [], {}, {}
    for name in names:
        of_wave = read_chain(read_bounded(folder / name / CHAIN), CHAIN)
        tables = {
            table: parquet_table(read_bounded(answers / name / f"{table}.parquet"))
            for table in of_wave.says(RESPONSES)["tables"]
        }
        estimated[name] = estimated_again(of_wave, folder / name, tables)
        released |= {name: by_number(tables[RELEASED])} if RELEASED in tables else {}
        waves.append(wave_of_tables(0, name, tables))
    says = chain.says(CHANGES)
    loaded = computed_waves(programme, waves, released, known_totals(folder))
    tables = COMPUTE[COMPARE](programme, loaded, says["arguments"], says["seed"], lambda _: None)
    computed = published_changes(programme, says["arguments"], estimated, tables["CHANGES"])
    again = cells_of(csv_bytes(computed, simulated=programme.simulated))
    stated = cells_of(read_bounded(folder / CHANGES_FILE))
    yield from said_cells(CHANGES_FILE, CHANGES, differing_cells(stated, again, KEY))
