"""People and how they sign in: with a local account (argon2id) or another service's identity; a demo needs neither."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import ADMINISTRATOR, ROLES, Actor, permitted
from words import Fault, visible

if TYPE_CHECKING:
    from argon2 import PasswordHasher

FIRST = "admin"
DEMO = "demo"
NAME = re.compile(r"[\w.@-]{1,64}")
SHORTEST, LONGEST = 12, 1024  # characters of a password
WINDOW = timedelta(minutes=15)
OF_ONE, OF_ALL = 5, 100  # failures within the window after which to wait: of one account, and of all together
MADE_UP = "?"  # how the name of an attempt begins that is nobody's; six digits of a digest follow
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that are easily mistaken for another


@dataclass(frozen=True)
class SignedIn:
    """Who signed in; one_time: somebody else made the password, and it must be changed first."""

    actor: Actor
    one_time: bool


@permitted
def is_demo(store: Store) -> bool:
    """Whether this store is a demonstration: nobody signs in, visitors choose a role, and no contacts are imported.

    A store with people or numbers is none, whatever it is marked as: by hand, or by a command that ran beside another.
    """
    nobody = ~sa.exists().select_from(schema.people) & ~sa.exists().select_from(schema.contacts)
    with store.read() as connection:
        return connection.scalar(sa.select(schema.access.c.mode).where(nobody)) == DEMO


@permitted
def mark_demo(store: Store) -> None:
    """Make this store a demonstration; a Fault if it has people or contacts."""
    with store.begin() as connection:
        if connection.scalar(sa.select(schema.access.c.mode)) == DEMO:
            return
        if any(connection.execute(sa.select(table).limit(1)).first() for table in (schema.people, schema.contacts)):
            raise Fault(key="people.no_demo")
        connection.execute(schema.access.insert().values(mode=DEMO))
        audit.append(connection, store.actor, "mark-demo", {})


@permitted
def has_people(store: Store) -> bool:
    """Whether anybody has an account."""
    with store.read() as connection:
        return connection.execute(sa.select(schema.people.c.name).limit(1)).first() is not None


@permitted
def first_administrator(store: Store) -> str | None:
    """The one-time password of the new account "admin"; None if there is an administrator already, or in a demo.

    People who were added before the first start, none of them an administrator, do not stand in the way. If one of them
    is called "admin", a Fault says so.
    """
    person = schema.people.c
    administrators = sa.select(person.name).where(person.role == ADMINISTRATOR, person.active)
    with store.read() as connection:
        has_administrator = connection.execute(administrators.limit(1)).first() is not None
    if is_demo(store) or has_administrator:
        return None
    return add_person(store, FIRST, ADMINISTRATOR)


@permitted
def add_person(store: Store, name: str, role: str, *, identity: str | None = None) -> str | None:
    """Add an account; returns its one-time password, or None if another service signs the person in as `identity`."""
    if not NAME.fullmatch(name):
        raise Fault(key="people.name", found=name)
    if identity and identity.strip() != visible(identity.strip()):
        raise Fault(key="people.identity_hidden", found=identity)
    _known_role(role)
    password = None if identity else _one_time()
    row = {"name": name, "role": role, "identity": _identity(identity), "active": True}
    row |= {"password": _hasher().hash(password) if password else None, "one_time": password is not None}
    with store.begin("person", name) as connection:
        if (other := _found(connection, name)) is not None:
            raise Fault(key="people.exists", name=other.name)
        connection.execute(sa.delete(schema.access))  # a store with people is no longer a demonstration
        connection.execute(schema.people.insert().values(**row))
        audit.append(
            connection, store.actor, "add-person", {"name": name, "role": role, "elsewhere": identity is not None}
        )
    return password


@permitted
def change_person(store: Store, name: str, *, role: str | None = None, active: bool | None = None) -> None:
    """Change a person's role, or close or reopen their account; one active administrator must remain."""
    changes = {k: v for k, v in {"role": role, "active": active}.items() if v is not None}
    if role is not None:
        _known_role(role)
    with store.begin() as connection:
        before = _person(connection, name)
        connection.execute(schema.people.update().where(schema.people.c.name == name).values(**changes))
        administrators = sa.select(schema.people.c.name).where(
            schema.people.c.role == ADMINISTRATOR, schema.people.c.active
        )
        if (
            before.role == ADMINISTRATOR
            and before.active
            and connection.execute(administrators.limit(1)).first() is None
        ):
            raise Fault(key="people.last_administrator", name=name)
        audit.append(connection, store.actor, "change-person", {"name": name, **changes})


@permitted
def new_password(store: Store, name: str) -> str:
    """Replace a forgotten password by a one-time password, and return it."""
    password = _one_time()
    with store.begin() as connection:
        _person(connection, name)
        values = {"password": _hasher().hash(password), "one_time": True}
        connection.execute(schema.people.update().where(schema.people.c.name == name).values(**values))
        audit.append(connection, store.actor, "new-password", {"name": name})
    return password


@permitted
def person_list(store: Store) -> pd.DataFrame:
    """name, role, active, elsewhere (signed in by another service) and one_time of each person; no hashes."""
    people = schema.people.c
    elsewhere = people.identity.is_not(None).label("elsewhere")
    return store.table(
        sa.select(people.name, people.role, people.active, elsewhere, people.one_time).order_by(people.name)
    )


@permitted
def sign_in(store: Store, name: str, password: str) -> SignedIn:
    """The person of that name, if the password is theirs; after too many failures, a Fault says how long to wait.

    An attempt is counted before the password is checked, so that many attempts at once cannot evade the limit.
    """
    attempt, row = _attempt(store, name)
    right = _verified(row.password if row is not None else None, password)
    if row is None or not right or not row.active:
        with store.begin() as connection:
            audit.append(connection, audit.NOBODY if row is None else Actor(row.name, ""), "sign-in-failed", {})
        raise Fault(key="people.wrong")
    with store.begin() as connection:
        this_attempt = schema.sign_ins.c.attempt_id == attempt
        connection.execute(schema.sign_ins.update().where(this_attempt).values(succeeded=True))
        if _hasher().check_needs_rehash(row.password):
            person = schema.people.c.name == row.name
            connection.execute(schema.people.update().where(person).values(password=_hasher().hash(_plain(password))))
        audit.append(connection, Actor(row.name, row.role), "sign-in", {})
    return SignedIn(Actor(row.name, row.role), bool(row.one_time))


@permitted
def signed_in_elsewhere(store: Store, identity: str) -> Actor:
    """The person with an identity that another service confirmed; recorded as a sign-in, a Fault if there is none."""
    of_identity = schema.people.c.identity == _identity(identity)
    with store.begin() as connection:
        row = connection.execute(sa.select(schema.people).where(of_identity)).first()
        known = row is not None and row.active
        who = Actor(row.name, row.role if known else "") if row is not None else audit.NOBODY
        audit.append(connection, who, "sign-in" if known else "sign-in-failed", {"elsewhere": True})
    if not known:
        raise Fault(key="people.unknown_identity", found=identity)
    return who


@permitted
def still_permitted(store: Store, name: str) -> Actor:
    """The person with their present role; a Fault if their account was closed."""
    with store.read() as connection:
        row = connection.execute(sa.select(schema.people).where(schema.people.c.name == name)).first()
    if row is None or not row.active:
        raise Fault(key="people.wrong")
    return Actor(row.name, row.role)


@permitted
def change_password(store: Store, old: str, new: str) -> None:
    """Replace the actor's own password; a Fault if the old one is wrong or the new one is too weak."""
    name = store.actor.name
    sign_in(store, name, old)
    if not SHORTEST <= len(new) <= LONGEST or _plain(new) == _plain(old) or name.lower() in new.lower():
        raise Fault(key="people.password", shortest=SHORTEST)
    with store.begin() as connection:
        values = {"password": _hasher().hash(_plain(new)), "one_time": False}
        connection.execute(schema.people.update().where(schema.people.c.name == name).values(**values))
        audit.append(connection, store.actor, "change-password", {})


def _attempt(store: Store, name: str) -> tuple[int, sa.Row | None]:
    """The number of this attempt, which counts as a failure until it succeeds, and the person's row, if any."""
    attempts, now = schema.sign_ins.c, datetime.now(UTC)
    counted = attempts.at.between(now - WINDOW, now + WINDOW)  # of a clock that was far ahead nobody waits for
    with store.begin() as connection:
        audit.take_turn(connection)
        row = _found(connection, name)
        tried_name = _of_nobody(name) if row is None else row.name
        recent = sa.select(attempts.at).where(counted, ~attempts.succeeded).order_by(attempts.at)
        last = sa.select(sa.func.max(attempts.attempt_id)).where(attempts.name == tried_name, attempts.succeeded)
        of_person = recent.where(
            attempts.name == tried_name, attempts.attempt_id > sa.func.coalesce(last.scalar_subquery(), 0)
        )
        for failures, most in ((of_person, OF_ONE), (recent, OF_ALL)):
            times = list(connection.scalars(failures))
            if len(times) >= most:
                wait = times[-most].replace(tzinfo=UTC) + WINDOW - now
                raise Fault(key="people.wait", minutes=int(wait.total_seconds() // 60) + 1)
        values = {"at": now, "name": tried_name, "succeeded": False}
        return inserted_id(connection, schema.sign_ins.insert().values(**values)), row


def _verified(hashed: str | None, password: str) -> bool:
    """Whether the password is the hashed one; without an account, the answer takes as long as with one."""
    from argon2.exceptions import InvalidHashError, VerifyMismatchError

    try:
        return _hasher().verify(hashed or _nobody(), _plain(password)) and hashed is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # imported here: a command on a store knows its person without a password

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password[: LONGEST + 1])


def _one_time() -> str:
    """Sixteen letters in groups of four: 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _identity(identity: str | None) -> str | None:
    return _folded(identity.strip()) if identity else None


def _folded(name: str) -> str:
    """The name as it is compared: A to Z are the same as a to z, and the text is in NFC; nothing else is alike.

    The case of other letters counts: casefold would make one person of \u017fue@ and sue@.
    """
    return unicodedata.normalize("NFC", "".join(c.lower() if c.isascii() else c for c in name))


def _found(connection: sa.Connection, name: str) -> sa.Row | None:
    """The person whose name is the same when compared; the account may be closed."""
    names = [other for other in connection.scalars(sa.select(schema.people.c.name)) if _folded(other) == _folded(name)]
    same = name if name in names else min(names, default=None)  # older stores may have names that differ in case only
    return connection.execute(sa.select(schema.people).where(schema.people.c.name == same)).first()


def _of_nobody(name: str) -> str:
    """What is kept of a name that nobody has: enough to count its failures, too little to guess it from.

    It may be a password in the wrong box. Six digits are those of one in sixteen million names.
    """
    return MADE_UP + hashlib.sha256(_folded(name).encode()).hexdigest()[:6]


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise Fault(key="people.role", found=role, expected=list(ROLES))


def _person(connection: sa.Connection, name: str) -> sa.Row:
    row = connection.execute(sa.select(schema.people).where(schema.people.c.name == name)).first()
    if row is None:
        raise Fault(key="people.unknown", found=name)
    return row
