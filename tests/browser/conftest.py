"""Fixtures of the browser tests; without Chromium they are skipped by name (in CI that is a failure)."""

import pytest
from browsing import CHROMIUM, FLAGS


@pytest.fixture(scope="module")  # while it is open, nothing else in this process may run an event loop
def browser():
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
