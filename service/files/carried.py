"""The files that come with the program, both in a checkout and in an installed wheel: data and the pages' settings."""

from pathlib import Path

_TOP = Path(__file__).parents[2]  # the checkout, or the folder in which the packages are installed


def _folder(checkout: str, mark: str, package: str) -> Path:
    """A folder of the checkout, if the file `mark` is in it; else the package that holds its files in a wheel."""
    return _TOP / checkout if (_TOP / checkout / mark).is_file() else _TOP / package


DATA = _folder("data", "SOURCES.md", "rankshift_data")
GUANGXI = DATA / "guangxi"
PAGE_SETTINGS = _folder(".streamlit", "config.toml", "rankshift_pages") / "config.toml"


def survey_folder(folder: Path) -> Path:
    """The folder itself; if it does not exist, the survey of that name that comes with the program."""
    carried = DATA / folder.name
    return carried if not folder.exists() and (carried / "programme.toml").is_file() else folder
