"""Commands on what was done: the imports, the runs, and a run computed again."""

from typing import Annotated

import typer

from commands.opening import opened_as
from commands.speaking import AsOption, Command, StoreOption, out, t, working
from presentation.imports import wave_label
from service.intake.import_log import import_log
from service.store.runs import code_version, local_time, run_list, run_text, run_version
from words import Fault, visible

commands = typer.Typer()


@commands.command(name="imports", cls=Command, help=t("cli.imports.help"))
def list_imports(store: StoreOption = None, as_: AsOption = None) -> None:
    """List the imports."""
    rows = import_log(opened_as(store, as_)).to_dict("records")
    if not rows:
        out.print(t("cli.imports.none"))
    for row in rows:
        reason = f"  {t(row['fault'], **row['fault_values'])}" if row["fault"] else ""
        what = wave_label(row["wave"], t) if row["wave"] else row["programme"]
        line = f"{local_time(row['at'])}  {what}  {visible(row['file'])}  "
        out.print(line + t(f"outcome.{row['outcome']}") + reason)


@commands.command(cls=Command, help=t("cli.runs.help"))
def runs(store: StoreOption = None, as_: AsOption = None) -> None:
    """List the runs."""
    rows = run_list(opened_as(store, as_)).to_dict("records")
    if not rows:
        out.print(t("cli.runs.none"))
    for run in rows:
        late = f"  [{t('column.outdated')}]" if run["outdated"] else ""
        out.print(run_text(run, t) + late)


@commands.command(cls=Command, help=t("cli.rerun.help"))
def rerun(
    run: Annotated[int, typer.Argument(help=t("cli.rerun.run"))], store: StoreOption = None, as_: AsOption = None
) -> None:
    """Compute a run again, and list every difference from what is stored."""
    from service.figures import waves  # imported here: the lists need nothing that computes

    opened = opened_as(store, as_)
    with working(str(run)) as progress:
        differing = waves.rerun(opened, run, progress=progress)
    if differing:
        for difference in differing:
            out.print(difference.text(t))
        if (made_by := run_version(opened, run)) != code_version():
            out.print(t("rerun.code", run=run, found=made_by, expected=code_version()))
        raise Fault(key="cli.rerun.differs", run=run, tables=[difference.table for difference in differing])
    out.print(t("cli.rerun.same", run=run))
