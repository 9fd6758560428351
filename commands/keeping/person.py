"""Commands on people and their roles."""

from typing import Annotated

import typer

from commands.opening import opened_as
from commands.speaking import AsOption, Command, Group, StoreOption, out, t
from service.protection import people

Name = Annotated[str, typer.Argument(help=t("cli.person.name"))]
Role = Annotated[str, typer.Argument(help=t("cli.person.role"))]

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.person.help"))


@commands.command("add", cls=Command, help=t("cli.person.add.help"))
def person_add(
    name: Name,
    role: Role,
    identity: Annotated[str | None, typer.Option(help=t("cli.person.identity"), show_default=False)] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    password = people.add_person(opened_as(store, as_), name, role, identity=identity)
    out.print(t("cli.person.password", name=name, password=password) if password else t("cli.person.added", name=name))


@commands.command("change", cls=Command, help=t("cli.person.change.help"))
def person_change(
    name: Name,
    role: Annotated[str | None, typer.Option(help=t("cli.person.role"), show_default=False)] = None,
    active: Annotated[
        bool | None, typer.Option("--open/--closed", help=t("cli.person.active"), show_default=False)
    ] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    people.change_person(opened_as(store, as_), name, role=role, active=active)
    out.print(t("cli.person.changed", name=name))


@commands.command("password", cls=Command, help=t("cli.person.password.help"))
def person_password(name: Name, store: StoreOption = None, as_: AsOption = None) -> None:
    password = people.new_password(opened_as(store, as_), name)
    out.print(t("cli.person.password", name=name, password=password))


@commands.command("list", cls=Command, help=t("cli.person.list.help"))
def person_list(store: StoreOption = None, as_: AsOption = None) -> None:
    for row in people.person_list(opened_as(store, as_)).to_dict("records"):
        closed = "" if row["active"] else f"  [{t('cli.person.closed')}]"
        out.print(f"{row['name']}  {t('role.' + row['role'])}{closed}")
