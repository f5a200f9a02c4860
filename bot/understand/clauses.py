"""The text cut into clauses, each with one thing done to the draft."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, is_op
from bot.understand.reading import Reading
from bot.understand.tokens import Kind, Token
from bot.understand.types import Item
from bot.understand.unwanted import is_amount

OPS = (
    Role.SET, Role.MORE, Role.LESS, Role.DOUBLE, Role.HALVE, Role.REMOVE, Role.NOT, Role.ONLY, Role.REPLACE,
    Role.REPAIR, Role.EACH, Role.AGAIN, Role.EXCEPT, Role.REST,
)  # fmt: skip

_AGAIN_CHANGED = (Role.SET, Role.REPLACE, Role.MORE, Role.LESS, Role.DOUBLE, Role.HALVE, Role.REMOVE)
_LONGEST = 200  # elements: no clause anybody writes has more


@dataclass
class Clause:
    """A stretch of the message with one thing done to the draft."""

    elements: list[Element] = field(default_factory=list)

    @property
    def mentions(self) -> list[Mention]:
        return [e for e in self.elements if isinstance(e, Mention)]

    @property
    def amounts(self) -> list[Token]:
        return [e for e in self.elements if isinstance(e, Token) and is_amount(e)]

    @property
    def places(self) -> list[Token]:
        return [e for e in self.words if e.kind is Kind.PLACE]

    @property
    def words(self) -> list[Token]:
        return [e for e in self.elements if isinstance(e, Token)]

    def roles(self) -> list[Role]:
        return [e.role for e in self.elements if isinstance(e, Token) and e.role in OPS and e.role]

    def has(self, *roles: Role) -> bool:
        return any(r in roles for r in self.roles())


def clauses(elements: list[Element]) -> Iterator[Clause]:
    """The text cut at commas and line ends, and before 再 and the like once a quantity was said."""
    clause = Clause()
    for at, element in enumerate(elements):
        ends = (
            isinstance(element, Token)
            and element.kind is Kind.BREAK
            and element.strength >= 1
            and element.text not in "、:"
        )
        if ends and clause.has(Role.EXCEPT) and not clause.amounts and _of_the_others(elements, at + 1):
            continue
        again = isinstance(element, Token) and element.is_word(Role.AGAIN) and bool(clause.amounts)
        again = again or (isinstance(element, Mention) and _complete(clause, elements, at))
        again = again or _next_place(clause, element) or (_next_deed(elements, at) and bool(clause.roles()))
        again = again or len(clause.elements) >= _LONGEST
        if (ends or again) and clause.elements:
            yield clause
            clause = Clause()
        if not ends:
            clause.elements.append(element)
    if clause.elements:
        yield clause


def _of_the_others(elements: list[Element], at: int) -> bool:
    """As in "除了花茶，都减1箱", "except jasmine, double everything": what is excepted belongs to what follows."""
    following = elements[at : at + 4]
    return any(
        isinstance(e, Token) and e.is_word(Role.ALL, Role.EACH, Role.DOUBLE, Role.HALVE, Role.LESS, Role.MORE)
        for e in following
    ) and not any(isinstance(e, Mention) and e.known for e in following)


def _next_place(clause: Clause, element: Element) -> bool:
    """As in "第一个改8箱第二个加2箱": a line after the quantity of the one before."""
    placed = isinstance(element, Token) and element.kind is Kind.PLACE
    return placed and bool(clause.places) and bool(clause.amounts)


def _next_deed(elements: list[Element], at: int) -> bool:
    """As in "cocoa to 3 cases and drop the yeast": and, with another thing to be done."""
    following = elements[at + 1] if at + 1 < len(elements) else None
    deeds = (Role.REMOVE, Role.SET, Role.LESS, Role.DOUBLE, Role.HALVE, Role.REPLACE)
    return is_op(elements[at], Role.AND) and following is not None and is_op(following, *deeds)


def _complete(clause: Clause, elements: list[Element], at: int) -> bool:
    """Whether a clause has named goods and then their quantity, so that another name begins the next."""
    if not clause.mentions or not clause.amounts:
        return False
    following = elements[at + 1] if at + 1 < len(elements) else None
    if clause.has(Role.SET, Role.REPLACE, Role.EACH, Role.REPAIR) and not is_op(following, *_AGAIN_CHANGED):
        return False
    return clause.mentions[-1].known and clause.mentions[-1].end <= clause.amounts[0].start


def items_of_clause(clause: Clause, reading: Reading) -> list[Item]:
    """The items named in a clause."""
    return reading.items_in(clause.elements[0].start, clause.elements[-1].end)
