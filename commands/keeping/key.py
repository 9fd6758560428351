"""Commands on the vault's key."""

import os

import typer

from commands.opening import opened_as
from commands.speaking import AsOption, Command, Group, StoreOption, out, t
from service.protection import keys, vault
from service.store.aside import moved
from words import Fault

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.key.help"))


@commands.command("new", cls=Command, help=t("cli.key.new.help"))
def key_new() -> None:
    file = keys.key_file()
    key = keys.new_key(file)
    out.print(t("cli.key.made", file=str(file), fingerprint=key.fingerprint))


@commands.command("rotate", cls=Command, help=t("cli.key.rotate.help"))
def key_rotate(store: StoreOption = None, as_: AsOption = None) -> None:
    opened, file = opened_as(store, as_), keys.key_file()
    if os.environ.get(keys.KEY_VARIABLE):
        raise Fault(key="key.rotate_file", variable=keys.KEY_VARIABLE)
    old, waiting = keys.find_key(), keys.next_file(file)
    new = keys.read_key(waiting) if waiting.exists() else keys.new_key(waiting)
    if vault.key_fingerprint(opened) != new.fingerprint:  # else only the last step was missing
        count = vault.rotate_key(opened, old, new)
        out.print(t("cli.key.rotated", count=count, fingerprint=new.fingerprint))
    moved(waiting, file)
    out.print(t("cli.key.in_use", file=str(file)))
    if vault.unscrubbed(opened):
        raise Fault(key="cli.key.not_scrubbed")
