"""What twenty readers who come at once cost one of them in a browser, beside the same browser alone.

`bench.load` ends with it.  The other nineteen are websocket sessions, as `bench.sessions` opens them: twenty browsers
would measure the drawing of pages on this machine, which each reader's own machine does.
"""

import asyncio
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser, sync_playwright

from bench.sessions import HEADLINES, PATIENCE, together

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for path in map(shutil.which, NAMES) if path), None)  # else the one that Playwright installed
DRAWN = "document.querySelectorAll('svg.marks').length >= 2"  # both charts


def visit(browser: Browser, port: int) -> float:
    """Seconds from opening the address in an empty browser until both charts are drawn."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page, start = context.new_page(), time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/?lang=zh")
    page.wait_for_function(DRAWN, timeout=1000 * PATIENCE)
    elapsed = time.perf_counter() - start
    context.close()
    return elapsed


def crowded(port: int, readers: int, *, repeats: int) -> None:
    """Measure in turns, on the server of the leader's page, and print the medians and their ratio."""
    others = readers - 1
    with sync_playwright() as playwright, ThreadPoolExecutor(1) as pool:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        if repeats > 1:  # the first visit, in which the browser begins, is not counted
            visit(browser, port)
        alone, beside_others, finished = [], [], []
        for _ in range(repeats):
            alone.append(visit(browser, port))
            rest = pool.submit(lambda: asyncio.run(together(port, others, HEADLINES["leader"])))
            beside_others.append(visit(browser, port))
            finished.append(rest.result())
        browser.close()
    one, many, last = (statistics.median(times) for times in (alone, beside_others, finished))
    print(f"a browser alone: {one:.2f} s; as one of {readers} at once: {many:.2f} s, {many / one:.2f} times one alone")
    print(f"the other {others} have finished after {last:.2f} s; the slowest browser took {max(beside_others):.2f} s")
