"""Commands on the audit trail."""

from datetime import datetime
from typing import Annotated

import typer

from commands.opening import opened_as
from commands.speaking import AsOption, Command, Group, StoreOption, out, t
from presentation.evidence.trail import vouching
from service.store import trail
from service.store.audit import HEAD_VARIABLE, Head
from service.store.runs import local_time
from words import Fault, visible

commands = typer.Typer(cls=Group, no_args_is_help=True, help=t("cli.audit.help"))


@commands.command("verify", cls=Command, help=t("cli.audit.verify.help"))
def audit_verify(
    head: Annotated[list[str], typer.Option(help=t("cli.audit.head"), show_default=False)] = [],  # noqa: B006
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    opened = opened_as(store, as_)
    verified = trail.verify_trail(opened, noted=[Head.read(text) for text in head])
    for finding in verified.findings:
        out.print(t(finding.key, number=finding.number))
    out.print(t("cli.audit.at", head=str(verified.head)))
    for sentence in vouching(verified, t):
        out.print(sentence)
    if not verified.anchored and not head:
        out.print(t("cli.audit.not_anchored", variable=HEAD_VARIABLE))
    if verified.findings:
        raise Fault(key="cli.audit.broken", count=len(verified.findings))
    out.print(t("cli.audit.whole", count=verified.head.number))


@commands.command("acknowledge", cls=Command, help=t("cli.audit.acknowledge.help"))
def audit_acknowledge(
    reason: Annotated[str, typer.Option(help=t("cli.audit.reason"), show_default=False)],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    acknowledged = trail.acknowledge_trail(opened_as(store, as_), reason)
    out.print(t("cli.audit.acknowledged", number=acknowledged.number))


@commands.command("show", cls=Command, help=t("cli.audit.show.help"))
def audit_show(
    newest: Annotated[int, typer.Option(help=t("cli.audit.newest"))] = trail.NEWEST,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    for line in trail.trail_lines(opened_as(store, as_), newest=newest).to_dict("records"):
        at = local_time(datetime.fromisoformat(line["at"]))
        out.print(
            f"{line['number']}  {at}  {line['name']}  {line['role']}  {line['action']}  {visible(line['details'])}"
        )
