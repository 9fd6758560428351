"""An interview taken down by hand: its answers and its call are stored together, or nothing is."""

from service.fieldwork.answering import responses
from service.fieldwork.answering.responses import Response
from service.fieldwork.calling import attempts
from service.files.faults import CellFault, FileFaults, faults_in
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

SAID = {  # the sentence of a file of responses -> that of one interview, which has no row
    "response.level": "response.one.level",
    "response.number": "response.one.number",
    "response.number_only": "response.one.number_only",
    "response.unknown_item": "response.one.unknown_item",
    "response.circumstance": "response.one.circumstance",
    "response.screener": "response.one.screener",
    "response.not_to_be_asked": "response.one.not_to_be_asked",
    "response.area": "response.one.area",
    "response.stratum": "response.one.stratum",
    "response.complete_already": "response.one.complete_already",
}
OF_FILE = ("file", "row", "rows", "count", "unit")


@permitted
def record_interview(store: Store, programme: str, wave: str, response: Response) -> attempts.Recorded:
    """Store what one person answered and the call in which it was answered; its outcome follows from the answers.

    One Fault names all that is wrong with the answers, or with the call; the same interview again changes nothing.
    """
    if not any(response.answers.values()):  # a click by mistake must not end the work on a number
        raise Fault(key="response.one.nothing", unit=response.unit_id)
    programme_id, declared = current_programme(store, programme)
    try:
        code = responses.outcome_of(declared, wave, response)
        write = responses.alongside(store.actor, programme_id, declared, wave, response)
        named = store, programme, wave, response.unit_id, response.interviewer, code
        return attempts.record_attempt(*named, at=response.at, alongside=write)
    except Fault as fault:
        said = [_said(of, response.unit_id) for of in faults_in(fault)]
        raise said[0] if len(said) == 1 else FileFaults(response.unit_id, said, key="response.one") from fault


def _said(fault: Fault, unit: str) -> Fault:
    """The fault in the words of one interview."""
    if not isinstance(fault, CellFault) or fault.key not in SAID:
        return fault
    return Fault(key=SAID[fault.key], unit=unit, **{k: v for k, v in fault.values.items() if k not in OF_FILE})
