"""What other rules would say of the newest wave, computed from its answers and stored nowhere."""

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from programme.declared import Programme
from programme.survey import read_programme
from service.figures.computing import rule_verdicts
from service.figures.league import newest_estimated_wave, newest_run
from service.figures.loaded_waves import load_waves
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import run_inputs
from words import Fault


@dataclass(frozen=True, eq=False)
class RulesPreview:
    """VERDICTS of a wave by the rules that somebody edits, and by those that it was judged by.

    before: empty where the wave was judged by no rule
    """

    programme: Programme
    wave: str
    verdicts: pd.DataFrame
    before: pd.DataFrame


@permitted
def preview_rules(store: Store, programme_name: str, content: bytes, file: str) -> RulesPreview:
    """The verdicts of the programme in these bytes on the newest estimated wave; nothing is written.

    They are those that an estimate by this programme would store: the same answers, the same seed.
    """
    edited = read_programme(content, file)
    wave = newest_estimated_wave(store, programme_name)
    if wave is None:
        raise Fault(key="consequences.no_estimates", programme=current_programme(store, programme_name)[1].title)
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    assert run is not None
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run["run_id"]))
    loaded = load_waves(store, edited, inputs)
    table = schema.DERIVED["VERDICTS"]
    before = store.table(sa.select(table).where(table.c.run_id == run["run_id"])).drop(columns="run_id")
    return RulesPreview(edited, wave, rule_verdicts(edited, loaded, run["arguments"], run["seed"]), before)
