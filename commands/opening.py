"""What a command works on: the store, opened as a person with a role, and the programme."""

from service.protection.people import still_permitted
from service.store.engine import Store, store_url
from service.store.permissions import Actor, person
from words import Fault


def opened_as(url: str | None, name: str | None) -> Store:
    """The store, acting as its operator or as the person named; the audit trail then records both."""
    store = Store.open(store_url(url))
    if name is None:
        return store
    named_person = still_permitted(store, name)
    return store.acting(Actor(f"{named_person.name} ({person()})", named_person.role))


def opened_for(url: str | None, name: str | None, programme: str | None) -> tuple[Store, str]:
    """The store as `opened_as` opens it, and the name of the programme as `programme_of` finds it."""
    store = opened_as(url, name)
    return store, programme_of(store, programme)


def programme_of(opened: Store, name: str | None) -> str:
    """The name given, or the name of the only programme; a Fault if there are none or several to choose from."""
    from service.intake.imports import programme_names  # imported here: some commands are about no programme

    names = programme_names(opened)
    if name is None and len(names) != 1:
        raise Fault(key="cli.programme_needed", expected=names) if names else Fault(key="cli.no_programme")
    return name or names[0]
