"""The command line: one sub-command for each use case, one file for each group of them, and where it starts."""

import gc
import signal


def start() -> None:
    """Load the command line and run it; until it is loaded, Ctrl-C ends the process without a traceback.

    While modules are loaded nobody searches them for cycles (`commands.cli.loaded` allows it again).
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from commands.cli import main as run  # imported here, since loading takes longest
    from commands.speaking import STOPPED

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except KeyboardInterrupt:  # between two steps of the command line, each of which says that it was stopped
        raise SystemExit(STOPPED) from None
