"""Drafts change only from the version that was loaded, and only by those they belong to."""

from dataclasses import replace
from datetime import date

import pytest

from core.db.session import Session
from core.kit.errors import NotAllowedError, NotFoundError, StaleError
from core.orders.drafts import Draft, DraftLine, draft_by_id, draft_of, drafts_prepared, save_draft
from tests.core.shop import Shop

LINE = DraftLine("A", 12, "case", "1")


def test_there_is_no_row_before_the_first_line(shop: Shop) -> None:
    draft = load(shop, "buyer D1")
    assert (draft.id, draft.version, draft.lines) == (0, 0, ())


def test_everything_of_a_draft_is_kept_and_its_version_grows(shop: Shop) -> None:
    draft = replace(
        load(shop, "buyer D1"),
        lines=(LINE,),
        deliver_on=date(2026, 3, 12),
        note="慢点",
        texts=("一箱", "周四"),
    )
    kept = shop.as_("buyer D1", save_draft, draft=draft)
    assert load(shop, "buyer D1") == kept
    assert (kept.version, kept.deliver_on, kept.note, kept.texts) == (
        1, date(2026, 3, 12), "慢点", ("一箱", "周四"),
    )  # fmt: skip
    again = shop.as_("buyer D1", save_draft, draft=replace(kept, lines=()))
    assert (again.id, again.version) == (kept.id, 2)


def test_a_change_of_an_older_version_is_refused(shop: Shop) -> None:
    first = shop.as_("buyer D1", save_draft, draft=replace(load(shop, "buyer D1"), lines=(LINE,)))
    shop.as_("buyer D1", save_draft, draft=replace(first, note="x"))
    with pytest.raises(StaleError):
        shop.as_("buyer D1", save_draft, draft=replace(first, note="y"))
    assert load(shop, "buyer D1").note == "x"


def test_two_first_lines_at_once_make_one_draft(shop: Shop) -> None:
    empty = load(shop, "buyer D1")
    shop.as_("buyer D1", save_draft, draft=replace(empty, lines=(LINE,)))
    with pytest.raises(StaleError):
        shop.as_("buyer D1", save_draft, draft=replace(empty, lines=(LINE, LINE)))


def test_places_have_drafts_of_their_own(shop: Shop) -> None:
    shop.draft("buyer D1", ("A", 1))
    shop.draft("buyer D1", ("A", 2), place="group:7")
    assert load(shop, "buyer D1").lines[0].base_qty == 1
    assert load(shop, "buyer D1", "group:7").lines[0].base_qty == 2


@pytest.mark.parametrize("who", ["owner D1", "finance D1", "warehouse"])
def test_nobody_writes_anothers_draft(shop: Shop, who: str) -> None:
    draft = replace(load(shop, "buyer D1"), lines=(LINE,))
    with pytest.raises(NotAllowedError):
        shop.as_(who, save_draft, draft=draft)


def test_another_dealers_draft_is_not_found(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 1))
    for reference in (draft_id, draft_id + 99):
        with pytest.raises(NotFoundError):
            shop.see("buyer D2", draft_by_id, reference)


def test_what_staff_prepare_is_theirs_by_name_and_waits_for_the_member(shop: Shop) -> None:
    member_id = shop.people["owner D1"].member_id or 0
    dealer_id = shop.people["owner D1"].dealer_id or 0

    def prepare(session: Session) -> Draft:
        bound = session.for_dealer(dealer_id)
        draft = draft_of(bound, member_id=member_id, place="prepared")
        return save_draft(bound, shop.people["sales"], replace(draft, lines=(LINE,)))

    prepared = shop.run(shop.scope("sales"), prepare)
    assert prepared.prepared_by == shop.people["sales"].subject
    assert shop.see("owner D1", drafts_prepared, member_id=member_id) == [prepared]
    assert shop.see("owner D2", drafts_prepared, member_id=member_id) == []


def load(shop: Shop, who: str, place: str = "private") -> Draft:
    return shop.see(who, draft_of, member_id=shop.people[who].member_id or 0, place=place)
