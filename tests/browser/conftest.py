"""Fixtures of the browser tests; without Chromium they are skipped by name (in CI that is a failure).

Chromium and the server of the demonstration are started once for the whole folder: each costs seconds.
"""

import pytest
from browsing import CHROMIUM, FLAGS, free_port, serving


@pytest.fixture(scope="package")  # while it is open, nothing else in this process may run an event loop
def browser():
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def demo_address(browser, ensu_store, tmp_path_factory):
    """The demonstration survey, served on a free port of this machine."""
    with serving(ensu_store[1], tmp_path_factory.mktemp("said") / "said.txt", port=free_port()) as address:
        yield address
