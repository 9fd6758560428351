"""The pages' server: app.py behind the gate.  `rankshift serve` starts it (python -m pages)."""

import signal
import sys

import streamlit as st
from starlette.middleware import Middleware
from streamlit.web import cli

from ui.gate import Gate

app = st.App("app.py", middleware=[Middleware(Gate)])

if __name__ == "__main__":
    # uvicorn ends its work when it is told to, then hands the signal on: to be ended is no failure
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    cli.main(["run", __file__, *sys.argv[1:]])
