"""An owner asks colleagues in, in words: the role anywhere it fits, the name as it was written."""

import pytest
from sqlalchemy import select

from core.people.models import members
from tests.world import World


def invited(world: World) -> list[tuple[str, str]]:
    """Role and name of whoever was asked in."""
    rows = world.shop.rows(select(members.c.role, members.c.name).where(members.c.state == "invited"))
    return [(row.role, row.name) for row in rows]


@pytest.mark.parametrize(
    ("text", "role", "name"),
    [
        ("邀请 采购 小王", "buyer", "小王"),  # as help offers it
        ("邀请采购小王", "buyer", "小王"),
        ("邀请一个采购", "buyer", ""),
        ("invite buyer Zhou Min", "buyer", "Zhou Min"),
        ("Invite an owner", "owner", ""),
    ],
)
def test_an_invitation_in_words(world: World, text: str, role: str, name: str) -> None:
    world.says("owner north", text)
    assert invited(world) == [(role, name)]
