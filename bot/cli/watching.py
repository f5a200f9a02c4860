"""Commands that look: check, parked, outbox, jobs, export."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]
Reference = Annotated[str, typer.Argument(help="The reference its sender was given.")]


def check(json: Json = False) -> None:
    """Prove that every balance is the sum of its movements; exits 1 if one is not."""
    from bot.cli.desk import looked_up
    from bot.commands.watch import check as command

    looked_up(command, as_json=json)


def lint_catalogue(json: Json = False) -> None:
    """Names that clash or cannot be understood, missing packs and prices; exits 1 if something must be put right."""
    from bot.cli.desk import looked_up
    from bot.commands.catalogue import lint

    looked_up(lint, as_json=json)


def outbox(json: Json = False) -> None:
    """Messages that are not sent: waiting, unknown, refused or dead."""
    from bot.cli.desk import looked_up
    from bot.commands.watch import outbox_list

    looked_up(outbox_list, as_json=json)


def parked_list(json: Json = False) -> None:
    """Messages whose turn failed: waiting for another attempt, or given up."""
    from bot.cli.desk import looked_up
    from bot.commands.watch import parked

    looked_up(parked, as_json=json)


def parked_retry(reference: Reference, json: Json = False) -> None:
    """Try one again, now."""
    from bot.cli.desk import written

    written("parked.retry", as_json=json, reference=reference)


def parked_drop(reference: Reference, json: Json = False) -> None:
    """Put one aside for good."""
    from bot.cli.desk import written

    written("parked.drop", as_json=json, reference=reference)


def jobs_list(json: Json = False) -> None:
    """The scheduled jobs and when they ran."""
    from bot.cli.desk import looked_up
    from bot.commands.watch import jobs

    looked_up(jobs, as_json=json)


def jobs_run(
    name: Annotated[str, typer.Argument(help="The job's name.")],
    at: Annotated[
        str, typer.Option(help="A planned time, such as 2026-03-10T09:00; the newest due one without it.")
    ] = "",
    json: Json = False,
) -> None:
    """Run a job by the same claim as the scheduler, so that each period runs once."""
    from datetime import datetime

    from bot.cli.desk import settings_now, stop, written

    try:
        datetime.fromisoformat(at or "2026-01-01")
    except ValueError:
        stop(settings_now(), "bad_argument", value=at)
    written("jobs.run", as_json=json, name=name, at=at)


def take_out(kind: str, file: str) -> None:
    """Export a kind of rows."""
    from bot.cli.desk import looked_up, settings_now
    from bot.commands.files import take_out as command
    from bot.files.exporting import EXPORTS
    from bot.files.words import say

    if kind not in EXPORTS:
        settings = settings_now()
        typer.echo(say("file.export_kind", settings.locale, kind=kind, kinds=" ".join(EXPORTS)), err=True)
        raise typer.Exit(2)
    looked_up(command, as_json=False, kind=kind, path=file)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(check)
    app.command("lint-catalogue")(lint_catalogue)
    app.command()(outbox)
    parked = typer.Typer(help="Messages whose turn failed.", no_args_is_help=True)
    jobs = typer.Typer(help="Scheduled jobs.", no_args_is_help=True)
    parked.command("list")(parked_list)
    parked.command("retry")(parked_retry)
    parked.command("drop")(parked_drop)
    jobs.command("list")(jobs_list)
    jobs.command("run")(jobs_run)
    app.add_typer(parked, name="parked")
    app.add_typer(jobs, name="jobs")
