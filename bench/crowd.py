"""What twenty readers who come at once cost one of them in a browser, beside the same browser alone.

    python -m bench.crowd [--quick]

The other nineteen are websocket sessions, as `bench.load` opens them: twenty browsers would measure the drawing of
pages on this machine, which each reader's own machine does.
"""

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import load
from bench.demo import START, load_demo
from bench.measured import quick_asked

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for path in map(shutil.which, NAMES) if path), None)  # else the one that Playwright installed
DRAWN = "document.querySelectorAll('svg.marks').length >= 2"  # both charts


def visit(browser: Browser, port: int) -> float:
    """Seconds from opening the address in an empty browser until both charts are drawn."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page, start = context.new_page(), time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/?lang=zh")
    page.wait_for_function(DRAWN, timeout=1000 * load.PATIENCE)
    elapsed = time.perf_counter() - start
    context.close()
    return elapsed


def main() -> None:
    """Measure in turns, and print the medians and their ratio."""
    repeats, others = (1, 2) if quick_asked() else (7, load.READERS - 1)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | {"RANKSHIFT_STORE": f"sqlite:///{folder}/bench.db"}
        environment |= {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_HEADLESS": "true"}
        load_demo(Path(folder), environment, quick=quick_asked())
        port = load.free_port()
        command = [sys.executable, "-c", START, "serve", "--port", str(port)]
        with load.serving(command, port, environment), sync_playwright() as playwright, ThreadPoolExecutor(1) as pool:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
            visit(browser, port)
            alone, crowded, finished = [], [], []
            for _ in range(repeats):
                alone.append(visit(browser, port))
                rest = pool.submit(lambda: asyncio.run(load.together(port, others, load.HEADLINES["leader"])))
                crowded.append(visit(browser, port))
                finished.append(rest.result())
            browser.close()
    one, many, last = (statistics.median(times) for times in (alone, crowded, finished))
    print(
        f"a browser alone: {one:.2f} s; as one of {others + 1} at once: {many:.2f} s, {many / one:.2f} times one alone"
    )
    print(f"the other {others} have finished after {last:.2f} s; the slowest browser took {max(crowded):.2f} s")


if __name__ == "__main__":
    main()
