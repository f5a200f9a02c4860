"""The ladder of reminders: properties of its rungs."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.contracts.rules import ESCALATED, RUNGS, SPOKEN_OF, due_rung, rung_of, state_of

END = date(2026, 12, 31)
days = st.integers(-400, 400)


def told(created: int, quiet: set[int] = frozenset()) -> list[int]:  # type: ignore[assignment]
    """The rungs told to one person when a job runs every day but these, from so many days before the end."""
    seen: list[int] = []
    for left in range(created, -30, -1):
        rung = rung_of(END, END - timedelta(days=left))
        if left not in quiet and rung is not None and rung not in seen:
            seen.append(rung)
    return seen


@given(created=st.integers(0, 400))
def test_a_late_contract_gets_the_nearest_rung_and_those_after_it(created: int) -> None:
    nearest = min((rung for rung in RUNGS if rung >= created), default=RUNGS[0])
    assert told(created) == [rung for rung in RUNGS if rung <= nearest]


@given(created=st.integers(0, 120), quiet=st.sets(st.integers(-30, 120), max_size=60))
def test_days_on_which_nothing_ran_skip_rungs_but_repeat_none_and_go_down(
    created: int, quiet: set[int]
) -> None:
    rungs = told(created, quiet)
    assert rungs == sorted(set(rungs), reverse=True)


@given(left=days)
def test_a_rung_is_never_early(left: int) -> None:
    rung = rung_of(END, END - timedelta(days=left))
    if rung is None:
        assert left > RUNGS[0] or left < -SPOKEN_OF.days
    else:
        assert left <= rung
        assert not any(left <= other < rung for other in RUNGS)


@given(left=days, put_off=st.integers(1, 30))
def test_what_was_put_off_is_quiet_until_its_day_and_then_due_as_ever(left: int, put_off: int) -> None:
    today = END - timedelta(days=left)
    until = today + timedelta(days=put_off)
    assert due_rung(END, today, snoozed_until=until) is None
    assert due_rung(END, until, snoozed_until=until) == rung_of(END, until)


@given(left=days)
def test_a_contract_left_to_end_is_never_spoken_of_and_a_renewal_only_when_it_is_close(left: int) -> None:
    today = END - timedelta(days=left)
    assert due_rung(END, today, decision="end") is None
    assert due_rung(END, today, decision="renew") in (None, 7, 0)


def test_the_manager_hears_at_thirty_and_seven_days() -> None:
    assert {30, 7} <= ESCALATED
    assert not {90, 60} & ESCALATED


def test_both_ends_of_a_term_belong_to_it() -> None:
    start = date(2026, 1, 1)
    assert state_of(start, END, start) == state_of(start, END, END) == "running"
    assert state_of(start, END, date(2025, 12, 31)) == "coming"
    assert state_of(start, END, date(2027, 1, 1)) == "ended"
