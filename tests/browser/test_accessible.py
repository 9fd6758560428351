"""axe-core finds nothing on our pages that it does not find on a bare Streamlit page in the same run.

axe-core 4.14.1 (MPL-2.0, axe/LICENSE) stands in the folder axe, unchanged.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from browsing import PATIENCE, await_health, free_port, settle

HERE = Path(__file__).parent
AXE = (HERE / "axe" / "axe.min.js").read_text("utf-8")
RUN = """axe.run(document, {resultTypes: ["violations"]}).then(found => Object.fromEntries(
  found.violations.map(v => [v.id, v.nodes.map(node => node.html.slice(0, 200))])))"""
PATHS = ("?wave=2015Q2", "area?wave=2015Q2&area=33", "statistician?wave=2015Q2", "centre")


def violations(browser, address: str, scheme: str) -> dict[str, list[str]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    tab.goto(address)
    tab.get_by_role("heading").first.wait_for(timeout=PATIENCE)
    settle(tab)
    tab.evaluate(AXE)
    found = tab.evaluate(RUN)
    context.close()
    return found


@pytest.fixture(scope="module")
def bare(browser):
    """The address of the bare page."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "bare_page.py"), "--server.headless=true"]
    server = subprocess.Popen([*command, f"--server.port={port}", "--server.address=127.0.0.1"])
    try:
        await_health(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_axe_finds_nothing_beyond_a_bare_page_light_or_dark(browser, bare, demo_address):
    for scheme, paths in (("light", PATHS), ("dark", PATHS[:1])):  # Chromium takes some seconds a page
        known = set(violations(browser, bare, scheme))
        for path in paths:
            found = violations(browser, f"{demo_address}/{path}", scheme)
            assert {rule: nodes for rule, nodes in found.items() if rule not in known} == {}, (scheme, path)
