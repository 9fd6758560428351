"""The store a command works on, in whose hands, and the programme it means."""

from service.intake.imports import programme_names
from service.protection.people import still_permitted
from service.store.engine import Store, store_url
from service.store.permissions import Actor, person
from words import Fault


def opened_as(url: str | None, name: str | None) -> Store:
    """The store in the hands of whoever opened it, or of the person they name; both stand in the trail."""
    store = Store.open(store_url(url))
    if name is None:
        return store
    named = still_permitted(store, name)
    return store.acting(Actor(f"{named.name} ({person()})", named.role))


def opened_for(url: str | None, name: str | None, programme: str | None) -> tuple[Store, str]:
    """The store as `opened_as`, and the programme in it as `programme_of`."""
    store = opened_as(url, name)
    return store, programme_of(store, programme)


def programme_of(opened: Store, given: str | None) -> str:
    """The programme named, or the only one there is."""
    names = programme_names(opened)
    if given is None and len(names) != 1:
        raise Fault(key="cli.programme_needed", expected=names) if names else Fault(key="cli.no_programme")
    return given or names[0]
