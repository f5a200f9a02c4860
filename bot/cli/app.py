"""The commands of `dealer` and their arguments; each imports what it needs when it runs."""

from typing import Annotated

import typer

from bot.cli import inviting, keeping, learning, serving, staff, watching

app = typer.Typer(
    name="dealer",
    help="The dealer assistant: a brand's dealers order by chat.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Kind = Annotated[
    str,
    typer.Argument(
        help="catalogue, aliases, dealers, addresses, members, staff, prices, assortments, stock, balances, open-orders, contracts, programmes, programme-tiers, budgets or approval-levels."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema (PostgreSQL: by DEALER_MIGRATE_DATABASE_URL, its owner)."""
    from bot.cli.serving import bring_to_head

    bring_to_head()


@app.command("import")
def import_(
    kind: Kind,
    file: Annotated[str, typer.Argument(help=".json, .jsonl, .csv or .xlsx; Chinese or English headers.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, write nothing.")] = False,
    results: Annotated[
        str, typer.Option(help="A .csv, .xlsx or .jsonl file to say what became of every row.")
    ] = "",
    json: Json = False,
) -> None:
    """Bring a file in, row by row; exits 1 if any row was rejected, the good ones still land."""
    from bot.cli.desk import in_full, settings_now, stop, written

    _known_kind(kind)
    if results and not results.lower().endswith((".csv", ".xlsx", ".jsonl", ".json")):
        stop(settings_now(), "bad_results", value=results)
    written("import", as_json=json, kind=kind, path=in_full(file), dry_run=dry_run, results=in_full(results))


@app.command()
def template(
    kind: Kind,
    file: Annotated[str, typer.Argument(help="Where to write it: an .xlsx or .csv file.")],
    json: Json = False,
) -> None:
    """An empty file with the headers of a kind, to fill in and import."""
    from bot.cli.desk import looked_up
    from bot.commands.files import template as command

    _known_kind(kind)
    looked_up(command, as_json=json, kind=kind, path=file)


@app.command()
def export(
    kind: Annotated[
        str,
        typer.Argument(
            help="Any kind that `dealer import` takes, in the columns it takes; or orders, accounts, claims, rebates, nicknames, outbox, deadletters."
        ),
    ],
    file: Annotated[
        str, typer.Argument(help="JSON lines, or .csv or .xlsx by its ending; - for standard output.")
    ],
) -> None:
    """Write the books to a file, beside a running server."""
    from bot.cli.watching import take_out

    take_out(kind, file)


@app.command()
def invite(
    dealer: Annotated[str, typer.Option(help="A dealer's code.")] = "",
    staff: Annotated[bool, typer.Option("--staff", help="Invite to the brand's own staff.")] = False,
    role: Annotated[
        str, typer.Option(help="owner, buyer, finance; for staff admin, sales, finance, warehouse.")
    ] = "",
    name: Annotated[str, typer.Option(help="Whom it is for; without, a claimant waits for approval.")] = "",
    phone: Annotated[str, typer.Option(help="Their telephone.")] = "",
    region: Annotated[str, typer.Option(help="Staff: the region looked after; all without it.")] = "",
    expires: Annotated[str, typer.Option(help="How long it is good for: 30m, 12h, 7d.")] = "7d",
    qr: Annotated[str, typer.Option(help="Also draw the link as a .png or .svg file.")] = "",
    everybody: Annotated[
        bool, typer.Option("--all", help="Invite everybody who has not joined; the codes go to --out.")
    ] = False,
    out: Annotated[str, typer.Option(help="With --all: the .xlsx file, a QR code for each.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="With --all: also replace invites that are still good.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a one-time invite, or with --all one for everybody who has not joined: code, links and QR code."""
    from bot.cli.inviting import invite_all, show_invite

    if everybody or out or again:
        alone = {"--dealer": dealer, "--staff": staff, "--role": role, "--name": name, "--phone": phone,
                 "--region": region, "--qr": qr}  # fmt: skip
        invite_all(everybody=everybody, out=out, again=again, expires=expires, json=json,
                   beside=[option for option, given in alone.items() if given])  # fmt: skip
        return
    show_invite(
        dealer=dealer,
        staff=staff,
        role=role,
        name=name,
        phone=phone,
        region=region,
        expires=expires,
        qr=qr,
        json=json,
    )


def _known_kind(kind: str) -> None:
    """End with 2 for a kind there is not."""
    from bot.cli.desk import settings_now
    from bot.files.errors import FileRefusedError
    from bot.files.importing import kind_named
    from bot.files.words import refusal

    try:
        kind_named(kind)
    except FileRefusedError as error:
        typer.echo(refusal(error, settings_now().locale), err=True)
        raise typer.Exit(2) from None


serving.add_to(app)
keeping.add_to(app)
staff.add_to(app)
watching.add_to(app)
inviting.add_to(app)
learning.add_to(app)
