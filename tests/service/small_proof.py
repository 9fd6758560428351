"""The proof of a small made-up wave, as the files of `draw_proof`, without a store."""

import json

import pandas as pd

from sampling import DrawPlan, record_rested, slip_of
from sampling.proof.draw_plan import RESTED
from service.files.write import csv_bytes
from service.samples.proof_files import CHAIN_FRAME, CHAIN_SAMPLE

FRAME = pd.DataFrame(
    {"unit_id": [f"u{i}" for i in range(40)], "stratum": ["a", "b"] * 20, "first_phase": 1.0}  # nobody real
)
PLAN = DrawPlan(RESTED, (("a", 6), ("b", 4)), rest=4, portions=(0.5, 0.5), public="a made-up lottery")
SAMPLED, RECORD = record_rested(FRAME, PLAN, seed="a seed that nobody knows", wave="2026Q1", code="x", value="3 1 4")
LINE = slip_of(RECORD)


def small_proof() -> dict[str, bytes]:
    """File name -> content."""
    plain = RECORD.plain() | {"commitments": [{"commitment": RECORD.commitment}], "released": 1}
    files = {"record.json": json.dumps(plain).encode(), "frame.csv": csv_bytes(FRAME[CHAIN_FRAME])}
    return files | {"sample.csv": csv_bytes(SAMPLED[CHAIN_SAMPLE])}
