"""The command line: one sub-command for each use case, one file for each group of them, and where it starts."""

import gc
import os
import signal

ONE_THREAD = "OPENBLAS_NUM_THREADS"


def start() -> None:
    """Load the command line and run it; until it is loaded, Ctrl-C ends the process without a traceback.

    While modules are loaded nobody searches them for cycles (`commands.cli.loaded` allows it again).  Matrices of some
    hundred areas are multiplied in a millisecond; two threads of one product that wait for each other on a busy machine
    take a hundred, so that each product is left to one thread unless the environment says otherwise.
    """
    os.environ.setdefault(ONE_THREAD, "1")  # read when numpy is loaded
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from commands.cli import main as run  # imported here, since loading takes longest
    from commands.speaking import STOPPED

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except KeyboardInterrupt:  # between two steps of the command line, each of which says that it was stopped
        raise SystemExit(STOPPED) from None
