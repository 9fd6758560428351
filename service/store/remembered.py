"""What a reading use case answered, kept until the store changes: whoever asks the same next is given the same object.

Every change of what such a use case reads adds a line to the audit trail in its own transaction, so that the head of
the trail (`audit.last_head`) names the state of the store.  The head is read before the answer is made or given out: an
answer that was made while somebody wrote is kept under the older head and never given again.
"""

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from service.store.audit import Head, last_head

MOST = 200  # answers kept of one store; the one that was asked for the longest ago goes first


@dataclass(eq=False)
class _Answer:
    """An answer, and the lock of whoever makes it while others wait for it."""

    made: bool = False
    value: Any = None
    lock: Any = field(default_factory=Lock)


@dataclass(eq=False)
class _Memory:
    """The answers of one store at one head."""

    head: Head
    answers: OrderedDict[Any, _Answer] = field(default_factory=OrderedDict)


_memories: WeakKeyDictionary[sa.Engine, _Memory] = WeakKeyDictionary()
_lock = Lock()


def remembered(use_case: Callable) -> Callable:
    """The use case, which reads the store once for each actor's role and its arguments while nothing is written.

    Its answer is shared: nobody may change it.  A Fault is not kept.
    """

    @functools.wraps(use_case)
    def recalled(store: Any, *arguments: Any, **options: Any) -> Any:
        key = (use_case, store.actor.role, arguments, tuple(sorted(options.items())))
        answer = _answer(store, key)
        with answer.lock:
            if not answer.made:
                answer.value = use_case(store, *arguments, **options)
                answer.made = True
        return answer.value

    return recalled


def _answer(store: Any, key: Any) -> _Answer:
    """The place of this answer among those of the store as it is now."""
    with store.read() as connection:
        head = last_head(connection)
    let_go: list[Any] = []  # answers end when this function does, and not under the lock: their end may call others
    with _lock:
        memory = _memories.get(store.engine)
        if memory is None or memory.head != head:
            let_go.append(memory)
            memory = _memories[store.engine] = _Memory(head)
        answer = memory.answers.setdefault(key, _Answer())
        memory.answers.move_to_end(key)
        while len(memory.answers) > MOST:
            let_go.append(memory.answers.popitem(last=False))
        return answer
