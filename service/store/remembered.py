"""What a reading use case answered, kept until the store changes: whoever asks the same next is given the same object.

Every change of what such a use case reads adds a line to the audit trail in its own transaction, so that the head of
the trail (`audit.last_head`) names the state of the store.  The head is read before the answer is made or given out: an
answer that was made while somebody wrote is kept under the older head and never given again.

While fifty interviewers call, the trail has a new line every second.  Use cases that read nothing of what a call
changes are `remembered_while_called`: their answers are kept until a line of another kind comes.
"""

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from service.store.audit import BEGINNING, Head, last_head
from service.store.schema import audit

# actions of the trail's lines whose transactions change calls, responses, appointments and holds, and nothing else
CALLING = (
    "record-attempt",
    "record-responses",
    "make-appointment",
    "cancel-appointment",
    "call-sheet",
    "find-number",
)
MOST = 200  # answers kept of one store; the one that was asked for the longest ago goes first


@dataclass(eq=False)
class _Answer:
    """An answer, and the lock of whoever makes it while others wait for it."""

    made: bool = False
    value: Any = None
    lock: Any = field(default_factory=Lock)


@dataclass(eq=False)
class _Memory:
    """The answers of one store at one head, and those that outlast calls."""

    head: Head
    answers: OrderedDict[Any, _Answer] = field(default_factory=OrderedDict)
    lasting: OrderedDict[Any, _Answer] = field(default_factory=OrderedDict)


_memories: WeakKeyDictionary[sa.Engine, _Memory] = WeakKeyDictionary()
_lock = Lock()


def remembered(use_case: Callable) -> Callable:
    """The use case, which reads the store once for each actor's role and its arguments while nothing is written.

    Its answer is shared: nobody may change it.  A Fault is not kept.
    """
    return _recalled(use_case, lasting=False)


def remembered_while_called(use_case: Callable) -> Callable:
    """The same of a use case that reads neither calls nor responses, appointments or numbers that somebody holds."""
    return _recalled(use_case, lasting=True)


def _recalled(use_case: Callable, *, lasting: bool) -> Callable:
    @functools.wraps(use_case)
    def recalled(store: Any, *arguments: Any, **options: Any) -> Any:
        key = (use_case, store.actor.role, arguments, tuple(sorted(options.items())))
        answer = _answer(store, key, lasting=lasting)
        with answer.lock:
            if not answer.made:
                answer.value = use_case(store, *arguments, **options)
                answer.made = True
        return answer.value

    return recalled


def _answer(store: Any, key: Any, *, lasting: bool) -> _Answer:
    """The place of this answer among those of the store as it is now."""
    with store.read() as connection:
        head, before = last_head(connection), _memories.get(store.engine)
        only_calls = before is not None and before.head != head and _only_calls(connection, before.head, head)
    let_go: list[Any] = []  # answers end when this function does, and not under the lock: their end may call others
    with _lock:
        memory = _memories.get(store.engine)
        if memory is None or memory.head != head:
            let_go.append(memory)
            kept = memory.lasting if memory is not None and memory is before and only_calls else OrderedDict()
            memory = _memories[store.engine] = _Memory(head, lasting=kept)
        answers = memory.lasting if lasting else memory.answers
        answer = answers.setdefault(key, _Answer())
        answers.move_to_end(key)
        while len(answers) > MOST:
            let_go.append(answers.popitem(last=False))
        return answer


def _only_calls(connection: sa.Connection, before: Head, head: Head) -> bool:
    """Whether the head before is still a line of the trail, and all lines from there to the other one are of calls."""
    line = audit.c
    if before.number >= head.number or before != Head(*_line(connection, before.number)):
        return False
    between = line.number > before.number, line.number <= head.number, line.action.not_in(CALLING)
    return connection.scalar(sa.select(line.number).where(*between).limit(1)) is None


def _line(connection: sa.Connection, number: int) -> tuple[int, str]:
    """The number and the digest of a line; line 0 is before the first one."""
    found = connection.execute(sa.select(audit.c.number, audit.c.digest).where(audit.c.number == number)).first()
    return (0, BEGINNING) if found is None else (found.number, found.digest)
