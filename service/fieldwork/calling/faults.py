"""Everything that is wrong with what somebody says of one call, said together, so that nobody is told one by one."""

from collections.abc import Sequence

from service.files.faults import numbered
from words import Fault


class CallFaults(Fault):
    """Several faults of one act, `faults`, in one sentence."""

    def __init__(self, faults: Sequence[Fault]):
        said = [fault.sentences for fault in faults]
        super().__init__(key="calling.faults", count=len(said), problems=numbered(said))
        self.faults = tuple(faults)


def settle(faults: Sequence[Fault]) -> None:
    """Raise the one Fault there is, or one that lists them all; nothing if there is none."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise CallFaults(faults)
