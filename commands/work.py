"""Commands on jobs, which compute in the background what is out of date, and on the release of what they computed."""

import time
from typing import Annotated

import typer

from commands.opening import opened_as, opened_for
from commands.speaking import REFUSED, AsOption, Command, ProgrammeOption, StoreOption, err, out, t
from presentation.evidence.publication import publication_text
from service.care import jobs
from service.intake.imports import current_programme

commands = typer.Typer()


@commands.command(cls=Command, help=t("cli.refresh.help"))
def refresh(
    programme: ProgrammeOption = None,
    background: Annotated[bool, typer.Option("--background", help=t("cli.refresh.background"))] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Compute everything that is out of date, in a process of its own."""
    opened, name = opened_for(store, as_, programme)
    job = jobs.start(opened, jobs.REFRESH, name)
    out.print(t("cli.refresh.started", job=job))
    if background:
        return
    with err.status("") as status:
        try:
            while (now := jobs.newest_job(opened, name))["finished"] is None:
                status.update(jobs.job_text(now, t))
                time.sleep(jobs.BEAT)
        except KeyboardInterrupt:
            out.print(t("cli.refresh.goes_on", job=job))
            return
    out.print(jobs.job_text(now, t))
    if now["state"] != jobs.DONE:
        raise typer.Exit(REFUSED)


@commands.command(name="jobs", cls=Command, help=t("cli.jobs.help"))
def list_jobs(
    cancel: Annotated[int | None, typer.Option(help=t("cli.jobs.cancel"), show_default=False)] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """List the jobs, or cancel one."""
    opened = opened_as(store, as_)
    if cancel is not None:
        jobs.cancel(opened, cancel)
        out.print(t("cli.jobs.cancelled", job=cancel))
        return
    for job in jobs.job_list(opened).to_dict("records"):
        out.print(jobs.job_text(job, t))


@commands.command(cls=Command, help=t("cli.publish.help"))
def publish(
    wave: Annotated[str | None, typer.Argument(help=t("cli.publish.wave"), show_default=False)] = None,
    note: Annotated[str, typer.Option(help=t("cli.publish.note"), show_default=False)] = "",
    programme: ProgrammeOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Release a wave's figures to leaders, or list the releases made."""
    from service.figures.publish import publication_list, publish_wave  # imported here: jobs need nothing of it

    opened, name = opened_for(store, as_, programme)
    current = current_programme(opened, name)[1]
    if wave is not None:
        out.print(publication_text(publish_wave(opened, name, wave, note=note), current, t))
        return
    made = publication_list(opened, name)
    if not made:
        out.print(t("publish.none"))
    for publication in made:
        out.print(publication_text(publication, current, t))
