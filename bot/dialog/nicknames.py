"""A dealer's own words in conversation: which hold now, learning one, and showing what it means the first time."""

from collections.abc import Iterable, Iterator

from bot.dialog.api import Says, Turn, called, choice, offers_of, say
from bot.dialog.messages import Name, Say
from bot.dialog.state import Pending, Proposal
from bot.understand.nicknames import can_be_nickname, word_key
from bot.understand.types import Item
from core.products.queries import products_by_sku

ENOUGH = 2
"""So many times in a row the same meaning must have been chosen before it is proposed."""
TOLD_KEPT = 100


def awake(turn: Turn, assortment: frozenset[str] | None) -> dict[str, str]:
    """The nicknames whose product the dealer can order now; the others are remembered on the turn, to be named."""
    usable = {
        word: sku
        for word, sku in turn.nicknames.items()
        if sku in turn.index.entries and (assortment is None or sku in assortment)
    }
    turn.asleep = {word: sku for word, sku in turn.nicknames.items() if word not in usable}
    return usable


def consider(turn: Turn, said: str, sku: str, times: int) -> None:
    """Have a word learned that was just chosen to mean the product as often as is enough; asked about once."""
    waiting = turn.state.proposal
    if waiting is not None and word_key(waiting.said) == word_key(said) and waiting.sku != sku:
        turn.state.proposal = None  # not so sure after all
    if times == ENOUGH and turn.may("nicknames.keep") and can_be_nickname(said, turn.index):
        turn.state.proposal = Proposal(said=said, sku=sku)


def may_propose(turn: Turn, says: Says) -> bool:
    """Whether a proposal stands in nobody's way: the order is placed or gone, and nothing is asked."""
    state = turn.state
    busy = turn.lines or state.questions or state.asking or state.claim or offers_of(says)
    return state.proposal is not None and not busy


def propose(turn: Turn) -> Say:
    """Ask once whether the word is to mean the product from now on."""
    proposal = turn.state.proposal
    assert proposal is not None
    turn.state.proposal = None
    turn.state.asking = Pending(about="nickname-keep", arg=f"{proposal.sku}\n{proposal.said}")
    return Say(
        key="nicknames.propose",
        params={"said": proposal.said, "product": turn.name(proposal.sku)},
        choices=(choice("nicknames.yes", "yes"), choice("nicknames.no", "no")),
    )


def meanings(turn: Turn, items: Iterable[Item]) -> Iterator[Say]:
    """What the nicknames among these items mean, the first time this person uses each; and which do not hold now."""
    for item in items:
        said = word_key(item.text)
        if said in turn.asleep:
            yield say("nicknames.asleep", said=item.text, product=_name(turn, turn.asleep[said]))
        sku = turn.nicknames.get(said)
        known = f"{said}={sku}"
        if sku is not None and item.candidates == (sku,) and known not in turn.state.told:
            turn.state.told = (*turn.state.told, known)[-TOLD_KEPT:]
            yield say("nicknames.means", said=item.text, product=turn.name(sku))


def _name(turn: Turn, sku: str) -> Name:
    """How a product is called, though it may have left the catalogue."""
    gone = {} if sku in turn.index.entries else products_by_sku(turn.session, [sku])
    return called(gone[sku]) if sku in gone else turn.name(sku)
