"""The wheel: built, unpacked into an empty folder and used from there, it needs nothing of the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.files.carried import DATA, survey_folder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel's files, as an installer would lay them."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "contracts.py",
        "app.py",
        "pages.py",
        "data",
        ".streamlit",
        *PACKAGES,
    ):
        (folder / "checkout").mkdir(exist_ok=True)
        (folder / "checkout" / name).symlink_to(ROOT / name)
    build = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=folder / "checkout", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


PACKAGES = (
    "words",
    "estimation",
    "sampling",
    "fieldwork",
    "accountability",
    "programme",
    "service",
    "presentation",
    "commands",
    "ui",
)


def run(unpacked: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """The command, its code and files taken from the unpacked wheel alone."""
    start = f"import sys; sys.path.insert(0, {str(unpacked)!r}); from commands.cli import main; main()"
    environment = {**os.environ, "RANKSHIFT_STORE": "sqlite:///wheel.db", "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-P", "-c", start, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_data_file_and_every_module_is_in_the_wheel(unpacked):
    data = {p.relative_to(ROOT / "data") for p in (ROOT / "data").rglob("*") if p.is_file()}
    carried = {
        p.relative_to(unpacked / "rankshift_data") for p in (unpacked / "rankshift_data").rglob("*") if p.is_file()
    }
    assert data <= carried
    modules = {p.relative_to(ROOT) for name in PACKAGES for p in (ROOT / name).rglob("*.py")}
    assert {p for p in modules if not (unpacked / p).is_file()} == set()
    words = {p.relative_to(ROOT) for p in (ROOT / "words").rglob("*") if p.suffix in (".json", ".csv")}
    assert words and {p for p in words if not (unpacked / p).is_file()} == set()
    assert (unpacked / "rankshift_pages" / "config.toml").is_file()
    looks = {p.relative_to(ROOT) for p in (ROOT / "ui").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert looks and {p for p in looks if not (unpacked / p).is_file()} == set()


def test_the_command_finds_its_data_from_an_empty_folder(unpacked, tmp_path):
    totals = run(unpacked, tmp_path, "--language", "en", "margins", "4513", "--csv", "margins.csv")
    assert totals.returncode == 0 and (tmp_path / "margins.csv").is_file(), totals.stderr
    absent = run(unpacked, tmp_path, "--language", "en", "load", "nowhere")
    assert absent.returncode != 0 and "nowhere" in absent.stdout + absent.stderr


def test_a_survey_that_comes_with_the_program_is_named_without_its_folder(tmp_path):
    assert survey_folder(Path("ensu2015")) == DATA / "ensu2015"
    assert survey_folder(Path("nowhere")) == Path("nowhere")
    mine = tmp_path / "ensu2015"
    mine.mkdir()
    assert survey_folder(mine) == mine  # a folder of one's own comes first


def test_the_pages_have_their_settings_without_the_checkout(unpacked, tmp_path):
    code = (
        "import service.files.carried, commands.keeping.care as care; print(service.files.carried.__file__); "
        "print(*care._page_settings(), sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "STREAMLIT_THEME_DARK_TEXT_COLOR": "#000000"}
    command = [sys.executable, "-P", "-c", code]
    said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert said.startswith(str(unpacked))
    assert "--client.showErrorDetails=none" in said and "--browser.gatherUsageStats=false" in said
    assert "--theme.dark.textColor" not in said and "--theme.dark.backgroundColor=" in said
