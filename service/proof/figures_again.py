"""Weights and figures of a wave computed again from the files of its chain and its answers, without a store."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from programme.declared import Programme
from programme.survey import read_programme
from sampling.proof.links import FIGURES, ProofChain
from service.figures.computing import COMPUTE
from service.figures.loaded_waves import Wave, computed_waves, wave_of_tables
from service.figures.use_cases import ESTIMATE, WEIGH
from service.files.bounds import read_bounded
from service.files.write import csv_bytes
from service.intake.margin_file import read_margins
from service.intake.released import by_number
from service.proof.chain_files import MARGINS, PROGRAMME
from service.proof.proof_links import ordered_weights
from service.proof.published import cells_of, published_figures
from service.store.objects import ANSWERS, RELEASED, RESPONDENTS


def figures_again(chain: ProofChain, folder: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """File name -> the figures as `published_figures` gives them, all cells as the file would have them.

    tables: those of the answers, by their names in `service.store.objects`
    """
    programme = _loaded(chain, folder, tables)[0]

    def people(item: str) -> tuple[pd.Series, pd.Series]:
        return tables[RESPONDENTS].area, tables[ANSWERS][item]

    shown = published_figures(programme, chain.wave, estimated_again(chain, folder, tables), people)
    return {name: cells_of(csv_bytes(table, simulated=programme.simulated)) for name, table in shown.items()}


def estimated_again(chain: ProofChain, folder: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables that the wave's estimate computes."""
    programme, wave = _loaded(chain, folder, tables)
    figures = chain.says(FIGURES)
    return COMPUTE[ESTIMATE](programme, [wave], figures["arguments"], figures["seed"], lambda _: None)


def weights_again(chain: ProofChain, folder: Path, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """unit_id, step and weight, by the steps of the programme or from the answers' own column."""
    programme, wave = _loaded(chain, folder, tables)
    if programme.weighting is None:
        return ordered_weights(tables[RESPONDENTS].assign(step="file"))
    computed = COMPUTE[WEIGH](programme, [wave], chain.says(FIGURES)["arguments"], "", lambda _: None)
    return ordered_weights(computed["WEIGHTS"])


def _loaded(chain: ProofChain, folder: Path, tables: Mapping[str, pd.DataFrame]) -> tuple[Programme, Wave]:
    """The programme, and the wave as a run computes with it."""
    programme = read_programme(read_bounded(folder / PROGRAMME), PROGRAMME, stored=True)
    released = {chain.wave: by_number(tables[RELEASED])} if RELEASED in tables else {}
    wave = wave_of_tables(0, chain.wave, tables)
    return programme, computed_waves(programme, [wave], released, known_totals(folder))[0]


def known_totals(folder: Path) -> dict[str, pd.DataFrame]:
    """The known totals beside a chain, by their period."""
    pattern = MARGINS.replace(".", "*.")
    files = [read_margins(read_bounded(place), place.name) for place in sorted(folder.glob(pattern))]
    return {file.period: file.totals for file in files}
