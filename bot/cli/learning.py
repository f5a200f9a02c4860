"""Commands about how well the product understands: stats, replay, transcript."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


def understanding(
    weeks: Annotated[int, typer.Option(min=1, max=53, help="So many weeks, the present one last.")] = 8,
    json: Json = False,
) -> None:
    """By week: messages understood, asked about, corrected, given up."""
    from bot.cli.desk import looked_up
    from bot.commands.stats import understanding as command

    looked_up(command, as_json=json, weeks=weeks)


def corrections(
    days: Annotated[int, typer.Option(min=1, max=400, help="Of the last so many days.")] = 30,
    rows: Annotated[
        str, typer.Option(help="A .jsonl file of evaluation rows, people's and dealers' names taken out.")
    ] = "",
    json: Json = False,
) -> None:
    """What dealers corrected after it was read back to them; a correction is kept for 400 days."""
    from bot.cli.desk import looked_up
    from bot.commands.stats import corrections as command

    looked_up(command, as_json=json, days=days, rows=rows)


def replay(
    chat: Annotated[
        Path,
        typer.Argument(
            help="WeChat text (NAME TIME, then the message), Telegram Desktop's result.json, messages.html or their folder."
        ),
    ],
    catalogue: Annotated[
        str, typer.Option(help="A catalogue .json instead of the database's; then no database is touched.")
    ] = "",
    us: Annotated[
        list[str] | None, typer.Option(help="A sender of the brand's own side; may be given several times.")
    ] = None,
    out: Annotated[
        str,
        typer.Option(help="An .xlsx or .csv of proposed names, for `dealer import aliases` after review."),
    ] = "",
    json: Json = False,
) -> None:
    """Read a chat history as the assistant would: what it understands, asks, does not know, and names to add."""
    from bot.cli.desk import index_now, progress_bar, settings_now, show, stop
    from bot.commands.replay import index_of_file, replayed, unknown_form
    from bot.files.errors import FileRefusedError
    from bot.files.words import refusal
    from bot.replay.chat import UnknownChatError

    settings = settings_now()
    try:
        index = index_of_file(Path(catalogue)) if catalogue else index_now(settings)
        with progress_bar() as progress:
            answer = replayed(settings, index, path=chat, ours=us or (), out=out, progress=progress)
    except FileRefusedError as error:
        show(settings, {"refused": refusal(error, settings.locale)}, as_json=json)
    except UnknownChatError as error:
        show(settings, {"refused": unknown_form(settings, chat, error)}, as_json=json)
    except (OSError, ValueError, KeyError) as error:
        stop(settings, "unreadable", code=1, cause=f"{type(error).__name__}: {error}"[:200])
    show(settings, {"answer": {"data": answer.data, "lines": answer.lines, "ok": answer.ok}}, as_json=json)


def transcript(
    dealer: Annotated[str, typer.Option(help="The dealer's code.")],
    out: Annotated[
        str, typer.Option(help="Where it goes, such as tests/transcripts/orders/happy/real_zh.yaml.")
    ],
    person: Annotated[str, typer.Option(help="Whose, by name or role; without, whoever wrote last.")] = "",
    since: Annotated[
        str, typer.Option(help="All since a time, such as 2026-03-10T09:00; without, the last conversation.")
    ] = "",
    json: Json = False,
) -> None:
    """Turn a real conversation into one that can be played again as a test, names taken out."""
    from datetime import datetime

    from bot.cli.desk import looked_up, settings_now, stop
    from bot.commands.transcript import transcript as command

    try:
        datetime.fromisoformat(since or "2026-01-01")
    except ValueError:
        stop(settings_now(), "bad_argument", value=since)
    looked_up(command, as_json=json, dealer=dealer, person=person, out=out, since=since)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    stats = typer.Typer(help="How well it understands.", no_args_is_help=True)
    stats.command("understanding")(understanding)
    stats.command("corrections")(corrections)
    app.add_typer(stats, name="stats")
    app.command()(replay)
    app.command()(transcript)
