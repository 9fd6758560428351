"""What all tests of pages share: Streamlit searches the installed packages for components once, not at every run."""

from functools import cache

import pytest


@pytest.fixture(scope="session", autouse=True)
def packages_are_searched_once():
    """In a server Streamlit does so when it starts; `AppTest` does at every run, which is half of what a run costs."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield
