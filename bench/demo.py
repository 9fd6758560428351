"""The store that commands and pages are measured on: the ENSU demo, loaded by a command in a process of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
START = "from commands import start; start()"
SURVEY, OLDEST = ROOT / "data" / "ensu2015", "ensu_2015Q1.csv"


def load_demo(folder: Path, environment: dict[str, str], *, quick: bool) -> None:
    """Load the survey into the store that the environment names; quick: its oldest wave alone, copied to the folder."""
    survey = SURVEY
    if quick:
        survey = folder / SURVEY.name
        survey.mkdir()
        for name in ("programme.toml", OLDEST):
            shutil.copy(SURVEY / name, survey)
    command = [sys.executable, "-c", START, "load", str(survey), "--demo"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
