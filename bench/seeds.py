"""Files that only a whole survey brings about, kept for the fuzz: the proof of a draw, and that of a wave's figures.

    python -m bench.seeds

writes bench/seeds/. Proofs are checked for years, so older ones stay readable; these need not be made again.
"""

import tempfile
from pathlib import Path

from service.proof.chain_files import chain_proof
from service.samples.proof_files import draw_proof, zipped
from service.store.permissions import STATISTICIAN
from torture import world

FOLDER = Path(__file__).with_name("seeds")
UNTIL = "compare_waves"  # as much of the story as they need


def main() -> None:
    """Play the story of torture.world and keep what it ends with."""
    with tempfile.TemporaryDirectory() as folder:
        store = world.played(Path(folder), UNTIL)
        acting = store.acting(world.ACTORS[STATISTICIAN])
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "proof.zip").write_bytes(zipped(draw_proof(acting, world.PROGRAMME, world.WAVE)))
        _, files = chain_proof(acting, world.PROGRAMME, world.BEFORE)
        (FOLDER / "chain.zip").write_bytes(zipped(files))
        store.engine.dispose()


if __name__ == "__main__":
    main()
