"""Where the command `rankshift` starts: Ctrl-C ends it without a traceback, also while its modules are being loaded."""

import signal


def main() -> None:
    """Load the command line, then run it; until it is loaded Ctrl-C ends the process as it ends any program."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from commands.cli import main as run  # imported here, since loading takes longest
    from commands.speaking import STOPPED

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except KeyboardInterrupt:  # between two steps of the command line, each of which says that it was stopped
        raise SystemExit(STOPPED) from None
