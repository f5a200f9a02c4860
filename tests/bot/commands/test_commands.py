"""Commands do what staff may do, refuse in words, and can be handed to the process that serves."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.cli.running import HeldError, beside, hand_over, hold, listening
from bot.commands import COMMANDS, Place, command_named
from bot.commands.run import carry_out, perform
from bot.commands.watch import check, jobs, outbox_list, parked
from bot.settings import Settings
from bot.store.models import parked as parked_table
from core.audit.models import audit
from core.credit.models import accounts
from core.db.scope import system
from core.people.models import invites, members, staff
from notifications.outbox.models import facts, fired
from tests.bot.files.shop import Shop
from tests.databases import Database

STAFF = [
    ("陈", "admin", None),
    ("王", "sales", "华东"),
    ("老孙", "warehouse", None),
    ("吴", "finance", None),
    ("方", "finance", "华东"),
]


@pytest.fixture
def place(database: Database, tmp_path: Path, now: datetime) -> Place:
    Shop(database, tmp_path, now).begin()
    row = {"state": "active", "created_at": now}
    people = [{"name": name, "role": role, "region": region, **row} for name, role, region in STAFF]
    database.lane.run(lambda connection: connection.execute(insert(staff), people))
    settings = Settings(
        database_url=database.url, secret_key="s" * 40, public_url="https://shop.example", _env_file=None
    )
    return Place(lane=database.lane, reader=database.reader, settings=settings, clock=lambda: now)


def done(place: Place, command: str, **args: Any) -> Any:
    said = perform(place, command, args)
    assert said.get("answer", {}).get("ok"), said
    assert said["answer"]["lines"]
    return json.loads(json.dumps(said["answer"]["data"], default=str))


def refused(place: Place, command: str, **args: Any) -> str:
    return str(perform(place, command, args)["refused"])


def rows(place: Place, table: Any) -> list[Any]:
    return place.lane.run(lambda connection: list(connection.execute(system(select(table))).all()))


def test_every_command_that_writes_is_there() -> None:
    assert all(callable(command_named(name)) for name in COMMANDS)


def test_an_invite_gives_token_links_and_a_code_to_scan(place: Place) -> None:
    made = done(place, "invite", dealer="N1", role="owner", name="李老板", expires="12h")
    assert made["links"] == {
        "telegram": None,
        "wechat": None,
        "web": f"https://shop.example/join/{made['token']}",
    }
    assert made["qr"].startswith("data:image/png;base64,")
    [row] = rows(place, invites)
    assert row.expires_at == place.clock() + timedelta(hours=12)
    assert made["token"] not in str(row)


def test_an_invite_draws_its_code_to_a_file(place: Place, tmp_path: Path) -> None:
    made = done(place, "invite", role="admin", qr=str(tmp_path / "qr.svg"))
    assert (tmp_path / "qr.svg").read_text().startswith("<?xml")
    assert made["qr"] == str(tmp_path / "qr.svg")


def test_an_invite_is_not_lost_where_its_picture_cannot_be_written(place: Place, tmp_path: Path) -> None:
    made = done(place, "invite", role="admin", qr=str(tmp_path / "nowhere" / "qr.png"))
    assert made["token"]
    assert made["qr"].startswith("data:image/png")


@pytest.mark.parametrize("expires", ["7", "0d", "91d", "soon", "99999999w"])
def test_a_time_that_cannot_be_read_is_refused(place: Place, expires: str) -> None:
    assert expires in refused(place, "invite", dealer="N1", role="owner", expires=expires)
    assert rows(place, invites) == []


def test_inviting_to_a_dealer_there_is_not_is_refused(place: Place) -> None:
    assert "X9" in refused(place, "invite", dealer="X9", role="owner")


def test_stock_is_received_and_counted_in_any_unit_of_the_product(place: Place) -> None:
    assert done(place, "receive", staff="老孙", sku="T-1", quantity="2 箱")["item"]["on_hand"] == 30
    assert done(place, "receive", staff="老孙", sku="T-1", quantity="1ctn")["item"]["on_hand"] == 45
    assert done(place, "receive", staff="老孙", sku="T-1", quantity="1 Case")["item"]["on_hand"] == 60
    assert done(place, "receive", staff="老孙", sku="T-1", quantity="0.2箱")["item"]["on_hand"] == 63
    assert done(place, "adjust", staff="老孙", sku="T-1", to="5箱", reason="盘点")["item"]["on_hand"] == 75
    assert done(place, "adjust", staff="老孙", sku="T-1", by="-5", reason="破损")["item"]["on_hand"] == 70


@pytest.mark.parametrize("quantity", ["0.5箱", "three", "3板", "", "-3", "1e9"])
def test_a_quantity_that_is_not_whole_or_not_one_is_refused(place: Place, quantity: str) -> None:
    assert refused(place, "receive", staff="老孙", sku="T-1", quantity=quantity)


def test_the_same_source_is_recorded_once(place: Place) -> None:
    for _ in range(2):
        done(place, "pay", staff="吴", dealer="N1", amount="200.50", source="回单1")
    north = next(row for row in rows(place, accounts) if row.credit_limit)
    assert north.balance == -120_050 + 20_050


def test_prices_and_credit_are_set_in_somebodys_name(place: Place) -> None:
    assert done(place, "price", staff="吴", sku="T-1", amount="42", level="A")["unit"] == "箱"
    assert done(place, "credit", staff="吴", dealer="S1", limit="1000", days=10)["available"] == 100_000
    actors = {row.actor for row in rows(place, audit) if row.action in ("prices.set", "account.set_limit")}
    assert "s:4" in actors
    assert "prices.changed" in {row.kind for row in rows(place, facts)}


def test_the_policy_and_the_region_hold_by_command_as_in_chat(place: Place) -> None:
    assert refused(place, "pay", staff="王", dealer="N1", amount="1")
    assert refused(place, "price", staff="老孙", sku="T-1", amount="1")
    assert "S1" in refused(place, "pay", staff="方", dealer="S1", amount="1")
    done(place, "pay", staff="方", dealer="N1", amount="1")
    assert "谁" in refused(place, "pay", staff="谁", dealer="N1", amount="1")


def test_somebody_revoked_does_nothing_any_more(place: Place) -> None:
    place.lane.run(lambda connection: connection.execute(update(staff).values(state="revoked")))
    assert "吴" in refused(place, "pay", staff="吴", dealer="N1", amount="1")


def test_a_command_that_fails_says_so_with_a_reference(place: Place) -> None:
    said = carry_out(place, lambda _place: 1 / 0, {})  # type: ignore[arg-type, return-value]
    assert said.keys() == {"failed"}


def test_all_adds_up_and_what_does_not_is_named(place: Place) -> None:
    assert carry_out(place, check, {})["answer"]["ok"]
    place.lane.run(lambda connection: connection.execute(system(update(accounts).values(balance=1))))
    said = carry_out(place, check, {})["answer"]
    assert not said["ok"]
    assert "accounts.balance" in {one["rule"] for one in said["data"]["violations"]}


def test_a_job_runs_once_for_a_period(place: Place) -> None:
    assert done(place, "jobs.run", name="expire-invites")["ran"] is True
    assert done(place, "jobs.run", name="expire-invites")["ran"] is False
    assert done(place, "jobs.run", name="expire-invites", at="2026-03-11T09:17")["ran"] is True
    assert len(rows(place, fired)) == 2
    assert "none" in refused(place, "jobs.run", name="none")
    assert {one["name"] for one in carry_out(place, jobs, {})["answer"]["data"]} >= {"expire-invites"}


def test_parked_messages_are_seen_tried_again_and_dropped(place: Place) -> None:
    at = place.clock()
    row = {"channel": "web", "account": "web", "dedupe_key": "k", "sender": "u", "place": "private", "inbound": None,
           "raw": b"x", "attempts": 7, "state": "dead", "cause": "boom", "reference": "A7F2K9", "first_at": at,
           "next_at": at}  # fmt: skip
    place.lane.run(lambda connection: connection.execute(insert(parked_table), row))
    [seen] = carry_out(place, parked, {})["answer"]["data"]
    assert (seen["reference"], seen["state"], seen["cause"]) == ("A7F2K9", "dead", "boom")
    done(place, "parked.retry", reference="A7F2K9")
    assert rows(place, parked_table)[0].state == "waiting"
    done(place, "parked.drop", reference="A7F2K9")
    assert rows(place, parked_table)[0].state == "dropped"
    assert "A7F2K9" in refused(place, "parked.drop", reference="A7F2K9")
    assert carry_out(place, outbox_list, {})["answer"]["data"] == []


@pytest.fixture
def served(sqlite: Database, tmp_path: Path, now: datetime) -> Iterator[Place]:
    """A place that takes commands on its socket."""
    Shop(sqlite, tmp_path, now).begin()
    settings = Settings(database_url=sqlite.url, secret_key="s" * 40, _env_file=None)
    place = Place(lane=sqlite.lane, reader=sqlite.reader, settings=settings, clock=lambda: now)
    with hold(sqlite.url, alone=True) as mine, listening(place):
        assert mine
        yield place


def test_a_running_process_takes_commands_and_tells_of_progress(served: Place, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("code,name\n" + "".join(f"D{number},店{number}\n" for number in range(4200)))
    seen: list[tuple[int, int]] = []
    said = hand_over(served.settings.database_url, "import", {"kind": "dealers", "path": str(path)},
                     lambda so_far, total: seen.append((so_far, total)))  # fmt: skip
    assert said["answer"]["data"]["created"] == 4200
    assert seen == [(0, 4200), (2000, 4200), (4000, 4200), (4200, 4200)]


def test_only_its_owner_may_use_the_socket(served: Place) -> None:
    assert stat.S_IMODE(beside(served.settings.database_url, ".sock").stat().st_mode) == 0o600


def test_the_socket_knows_no_other_commands_and_survives_nonsense(served: Place) -> None:
    url = served.settings.database_url
    assert hand_over(url, "os.system", {}, lambda *_: None) == {"usage": "os.system"}
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(beside(url, ".sock")))
        line.sendall(b"not json\n")
        assert json.loads(line.makefile().readline()) == {"usage": "?"}
    assert "answer" in hand_over(url, "invite", {"dealer": "N1", "role": "owner"}, lambda *_: None)


def test_a_lock_that_is_held_sends_a_command_to_its_holder_and_a_dead_socket_is_an_error(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    with hold(url, alone=True) as server, hold(url, alone=False) as command:
        assert (server, command) == (True, False)
        with pytest.raises(HeldError):
            hand_over(url, "invite", {}, lambda *_: None)
    with hold(url, alone=False) as first, hold(url, alone=False) as second, hold(url, alone=True) as server:
        assert (first, second, server) == (True, True, False)


def test_a_socket_works_however_deep_its_folder_lies(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30) / ("er" * 40)
    folder.mkdir(parents=True)
    settings = Settings(database_url=f"sqlite:///{folder / 'a.sqlite3'}", _env_file=None)
    place = Place(lane=None, reader=None, settings=settings)  # type: ignore[arg-type]
    with listening(place):
        assert hand_over(settings.database_url, "nothing", {}, lambda *_: None) == {"usage": "nothing"}


def test_several_commands_at_once_are_all_done(served: Place) -> None:
    heard: list[dict[str, Any]] = []

    def ask(number: int) -> None:
        args = {"dealer": "N1", "role": "buyer", "name": f"人{number}"}
        heard.append(hand_over(served.settings.database_url, "invite", args, lambda *_: None))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("answer" in said for said in heard)
    assert len(rows(served, members)) == 6
