"""The files that come with the program, in a checkout and in an installed wheel alike: data, settings of the pages."""

from pathlib import Path

_TOP = Path(__file__).parents[2]  # the checkout, or the folder that an installer laid the packages in


def _folder(checkout: str, mark: str, package: str) -> Path:
    """A folder of the checkout, known by a file that must be in it, or the package that holds its files in a wheel."""
    return _TOP / checkout if (_TOP / checkout / mark).is_file() else _TOP / package


DATA = _folder("data", "SOURCES.md", "rankshift_data")
GUANGXI = DATA / "guangxi"
PAGE_SETTINGS = _folder(".streamlit", "config.toml", "rankshift_pages") / "config.toml"


def survey_folder(given: Path) -> Path:
    """The folder as given, or, where there is none, the survey of that name that comes with the program."""
    carried = DATA / given.name
    return carried if not given.exists() and (carried / "programme.toml").is_file() else given
