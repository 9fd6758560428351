"""[bulletin]: what an office puts around its bulletins; any of it can be left out, or be another for one bulletin."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from programme.entry import Entry

HEAD = ("issuer", "number", "addressee", "signature", "copies", "printer")


@dataclass(frozen=True)
class BulletinHead:
    """By language; empty: not given.

    issuer     the office above the text;  signature: the one below it, if it is another
    number     the document's number, in which {year} is the year and {serial} what is given for each bulletin
    addressee  to whom it is sent;  copies: who else gets it;  printer: who prints it, if not who signs it
    """

    issuer: Mapping[str, str] = field(default_factory=dict)
    number: Mapping[str, str] = field(default_factory=dict)
    addressee: Mapping[str, str] = field(default_factory=dict)
    signature: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    printer: Mapping[str, str] = field(default_factory=dict)


def read_bulletin(entry: Entry) -> BulletinHead:
    """[bulletin], or nothing where the programme has none."""
    if "bulletin" not in entry.data:
        return BulletinHead()
    table = entry.at("bulletin")
    table.known(HEAD)
    return BulletinHead(**{name: table.names(name) for name in HEAD if name in table.data})
