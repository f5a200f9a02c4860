"""Who one can be in the demo, as written in try.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from core.db.session import Session
from core.dealers.queries import dealer_by_code
from core.kit.errors import NotFoundError
from core.people.queries import all_staff, members_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePersona:
    """Somebody of the sample brand: a dealer's member (dealer code and name) or staff (dealer ""), and what to try."""

    key: str
    dealer: str
    person: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    tries: Mapping[str, Sequence[str]]

    @property
    def side(self) -> str:
        """Dealer | staff."""
        return "dealer" if self.dealer else "staff"


@cache
def personas() -> tuple[SamplePersona, ...]:
    """Everybody, the dealers' people first."""
    path = Path(__file__).parent / "try.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["personas"]
    return tuple(
        SamplePersona(
            key=one["key"],
            dealer=one.get("dealer", ""),
            person=one.get("person") or one["staff"],
            name=one["name"],
            about=one["about"],
            tries=one["tries"],
        )
        for one in found
    )


def person_behind(session: Session, persona: SamplePersona) -> int:
    """The person a persona stands for, in a system session. Raises NotFoundError where the sample is not loaded."""
    if persona.dealer:
        here = session.for_dealer(dealer_by_code(session, persona.dealer).id)
        found = {one.name: one.person_id for one in members_of(here)}
    else:
        found = {one.name: one.person_id for one in all_staff(session)}
    person_id = found.get(persona.person)
    if person_id is None:
        raise NotFoundError(kind="member", reference=persona.person)
    return person_id
