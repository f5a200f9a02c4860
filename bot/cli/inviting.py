"""Inviting people, one or all, and seeing who has joined."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


def members(
    dealer: Annotated[str, typer.Option(help="Only the people of this dealer's code.")] = "",
    json: Json = False,
) -> None:
    """Everybody on the rolls: who has joined, by which channel, and who still holds an invite."""
    from bot.cli.desk import looked_up
    from bot.commands.rolls import members_list

    looked_up(members_list, as_json=json, dealer=dealer)


def invite_all(
    *, everybody: bool, out: str, again: bool, expires: str, beside: Sequence[str], json: bool
) -> None:
    """Invite everybody who has not joined; `beside`: options that make no sense with it."""
    from bot.cli.desk import in_full, settings_now, stop, written

    if not everybody or not out:
        stop(settings_now(), "all_needs", options="--all --out invites.xlsx")
    if beside:
        stop(settings_now(), "all_alone", options=" ".join(beside))
    written("invite.all", as_json=json, out=in_full(out), expires=expires, again=again)


def show_invite(
    *,
    dealer: str,
    staff: bool,
    role: str,
    name: str,
    phone: str,
    region: str,
    expires: str,
    qr: str,
    json: bool,
) -> None:
    """Make an invite, and draw its code in the terminal or to a file."""
    from bot.cli.desk import in_full, settings_now, stop, written
    from core.people.invites import MEMBER_ROLES, STAFF_ROLES

    roles = STAFF_ROLES if staff else MEMBER_ROLES
    if staff == bool(dealer):
        stop(settings_now(), "one_purpose", options="--dealer CODE | --staff")
    if role not in roles:
        stop(settings_now(), "one_purpose", options=" | ".join(f"--role {one}" for one in roles))
    if region and not staff:
        stop(settings_now(), "one_purpose", options="--staff --region")
    if qr and not qr.lower().endswith((".png", ".svg")):
        stop(settings_now(), "bad_picture", value=qr)
    draw = not json and not qr and sys.stdout.isatty()
    written("invite", as_json=json, dealer=dealer, role=role, name=name, phone=phone, region=region,
            expires=expires, qr=in_full(qr), draw=draw)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(members)
