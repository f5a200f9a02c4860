"""One step of a conversation: what was said, pressed or sent becomes the flows' answers, and the next open choices.

What every flow needs alike is here and in repair.py: understanding, options by number, yes and no, dropping what is in hand,
refusals put into words, and the silence while a person has the conversation.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from bot.dialog import repair
from bot.dialog.api import MoveHandler, Says, Turn, ask_yes_no, choice, note, offers_of, say, together
from bot.dialog.examples import exemplified
from bot.dialog.handles import read
from bot.dialog.messages import Kind, Say
from bot.dialog.nicknames import awake, may_propose, propose
from bot.dialog.questions import open_question
from bot.dialog.refusals import refusal
from bot.dialog.routes import Routes, routes
from bot.dialog.spoken import offer_for, word_for
from bot.dialog.state import Heard, Offer
from bot.dialog.texts import all_texts
from bot.shelf import to_product
from bot.understand.context import Asking, Context, Question
from bot.understand.normalise import normalise
from bot.understand.types import (
    Add,
    Answer,
    Ask,
    Change,
    Claim,
    Human,
    Intent,
    Move,
    No,
    Op,
    Social,
    Stop,
    SubmitClaim,
    Topic,
    Understanding,
    Yes,
)
from bot.understand.understand import understand
from core.kit.errors import DealerError
from core.products.queries import assortment_of, products_by_sku
from core.talks.service import talk_of_member

MAX_TEXT = 10_000
SAME_TEXT = timedelta(minutes=10)  # the same text on the same draft within this time is asked about first
_OWN = (Kind.FETCHED, Kind.LOOKED)  # results of our own work, sent by nobody
_ASIDE = (Ask, Social, Human, Yes, No, Answer, Stop)  # these leave an open yes-or-no to itself


def step(turn: Turn) -> tuple[Say, ...]:
    """The answer to one message. `turn.state` and `turn.draft` are the conversation afterwards."""
    ways = routes(turn.actor.side)
    _renew(turn)
    heard = (*_hear(turn, ways), *_hear_list(turn, ways))
    says = [exemplified(turn, each) for each in heard if each.key or each.lines]
    if not says:
        return ()
    if "why" not in turn.touched and turn.inbound.kind is not Kind.FETCHED:
        turn.state.why = None
    if may_propose(turn, says):
        says.append(propose(turn))
    offers = offers_of(says)
    turn.state.fresh = bool(offers)
    if offers or "question" in turn.touched:  # a question without options closes the list before it
        turn.state.offers = offers
    return tuple(_messages(says))


def _messages(says: Says) -> Iterator[Say]:
    """Words under one another in one message; a picture and what must stand alone each in its own, in order."""
    for alone, group in groupby(
        says, key=lambda each: each.picture is not None or each.key == "dialog.plain"
    ):
        if alone:
            yield from group
        else:
            yield together(group)


def _renew(turn: Turn) -> None:
    """After a change of the catalogue, ask only about what it still has; what is in the draft can still be named."""
    state, known = turn.state, turn.index.entries
    if state.revision != turn.index.revision:
        state.revision = turn.index.revision
        kept = (
            replace(question, candidates=tuple(sku for sku in question.candidates if sku in known))
            for question in state.questions
        )
        note(turn, replace(turn.sheet, questions=tuple(question for question in kept if question.candidates)))
    gone = [line.sku for line in turn.lines if line.sku not in known]
    if gone:
        withdrawn = products_by_sku(turn.session, gone).values()
        turn.index = turn.index.changed(map(to_product, withdrawn), revision=turn.index.revision)


def _hear(turn: Turn, ways: Routes) -> Says:
    inbound = turn.inbound
    if inbound.kind is Kind.LEFT:
        return ()
    if inbound.kind not in _OWN:
        again = bool(inbound.media_group) and inbound.media_group == turn.state.album
        turn.state.album = inbound.media_group
        if again:  # one answer for all pictures of an album
            if ways.kinds[inbound.kind]:
                safely(turn, lambda: _of_kind(turn, ways) or ())
            return ()
    if inbound.kind is Kind.CHOICE:
        return safely(turn, lambda: _pressed(turn, ways))
    if inbound.kind is Kind.TEXT and inbound.choice:
        return safely(turn, lambda: _numbered(turn, ways, int(inbound.text.strip(" .。、)"))))
    if inbound.kind is Kind.TEXT and inbound.text.strip():
        return safely(turn, lambda: _hear_text(turn, ways, inbound.text[:MAX_TEXT].strip()))
    if ways.kinds[inbound.kind]:
        _with_person(turn)
        says = safely(turn, lambda: _of_kind(turn, ways) or ())
        captioned = inbound.kind not in _OWN and bool(inbound.text.strip())
        return says or (
            safely(turn, lambda: _hear_text(turn, ways, inbound.text[:MAX_TEXT].strip())) if captioned else ()
        )
    key = f"dialog.kind.{inbound.kind.value}"
    return (say(key if all_texts().has(key) else "dialog.kind.other", name=turn.actor.name),)


def _of_kind(turn: Turn, ways: Routes) -> Says | None:
    answers = (handler(turn) for handler in ways.kinds[turn.inbound.kind])
    return next((answer for answer in answers if answer is not None), None)


def _hear_list(turn: Turn, ways: Routes) -> Says:
    """The list a file brought, as the text it stands for."""
    if not turn.listed:
        return ()
    turn.inbound = replace(turn.inbound, kind=Kind.TEXT, text=turn.listed, choice="")
    return safely(turn, lambda: _hear_text(turn, ways, turn.listed))


def _pressed(turn: Turn, ways: Routes) -> Says:
    inbound = turn.inbound
    action, arg = read(
        turn.secret, inbound.choice, subject=turn.actor.subject, place=inbound.place, now=turn.session.now
    )
    turn.pressed = f"{action} {arg}".strip()
    return _chosen(turn, ways, Offer(action=action, arg=arg))


def _numbered(turn: Turn, ways: Routes, number: int) -> Says:
    """A number where there are no buttons, sent just after a notice came under what was open: which it is for is asked."""
    state = turn.state
    if state.fresh and number <= len(state.offers):
        before, inbound = state.offers[number - 1], turn.inbound
        action, arg = read(
            turn.secret, inbound.choice, subject=turn.actor.subject, place=inbound.place, now=turn.session.now
        )
        choices = (
            choice("dialog.number.notice", action, arg),
            choice("dialog.number.before", before.action, before.arg),
        )
        return (Say(key="dialog.number.which", params={"number": number}, choices=choices),)
    if state.questions or state.asking:
        return _hear_text(turn, ways, turn.inbound.text)
    return _pressed(turn, ways)


def _chosen(turn: Turn, ways: Routes, made: Says | Offer) -> Says:
    """What a button or a numbered choice does; words are passed through."""
    if not isinstance(made, Offer):
        return made
    turn.state.misses = 0
    match made.action:
        case "yes":
            return _chosen(turn, ways, repair.yes(turn))
        case "no":
            return _chosen(turn, ways, repair.no(turn))
        case "say-again" if turn.state.heard:
            turn.repeating = True
            return _hear_text(turn, ways, turn.state.heard.text)
    turn.state.asking = None
    action = f"way-{made.arg}" if made.action == "way" else made.action
    handler = ways.choices.get(action)
    return handler(turn, made.arg) if handler else (say("dialog.choice.gone"),)


def _hear_text(turn: Turn, ways: Routes, text: str) -> Says:
    if _with_person(turn):
        wants_back = word_for(text) == "person-back" or _ends_talk(turn, text)
        return ways.moves[Human](turn, [Human(back=wants_back)])
    command = turn.state.command
    for reader in (*ways.held, *ways.texts) if command and command.free else (*ways.texts, *ways.held):
        answer = reader(turn)
        if answer is not None:
            return answer
    option = _bare_option(turn, text)
    if option is not None:
        return _chosen(turn, ways, repair.number(turn, option))
    spoken = offer_for(turn.state.offers, text)
    if spoken is not None:
        return _chosen(turn, ways, repair.on_screen(turn, spoken))
    turn.said = _understood(turn, text)
    moves = [move for move in _meant(turn) if _is_ours(ways, move)]
    outside = all(map(_is_outside, moves))  # nothing at all included
    word = word_for(text) if outside else ""
    if word in ways.choices:
        return _chosen(turn, ways, Offer(action=word))
    if outside and turn.actor.side == "staff":
        return ways.moves[Social](turn, moves)
    if outside and (turn.state.misses or not moves):
        return repair.not_understood(turn)
    turn.state.misses = int(outside)
    if _heard_before(turn, text, moves):
        return (ask_yes_no(turn, say("dialog.again"), "say-again"),)
    if not all(isinstance(move, _ASIDE) for move in moves):
        turn.state.asking = None
    says = [each for part in _parts(turn, ways, moves) for each in part]
    if any(map(_adds, moves)) and turn.draft:
        turn.state.heard = Heard(text=text, at=turn.session.now, version=turn.draft.version)
    if turn.state.questions and "question" not in turn.touched and not offers_of(says):
        reminder = open_question(turn)
        says += [reminder] if reminder else []
    return says


def _understood(turn: Turn, text: str) -> Understanding:
    """What the text means; what says nothing about the order may still be about the claim left lying beside it."""
    context = context_of(turn)
    said = understand(text, context, turn.index)
    if context.claim is None or context.claim_on_top or not all(isinstance(m, Social) for m in said.moves):
        return said
    of_claim = understand(text, replace(context, claim_on_top=True), turn.index)
    return of_claim if any(isinstance(m, (Claim, SubmitClaim)) for m in of_claim.moves) else said


def _bare_option(turn: Turn, text: str) -> int | None:
    """A number that is nothing but an option of the list on the screen, where that list is not about goods."""
    offers = turn.state.offers
    if not offers or offers[0].action == "pick" or (turn.state.questions and not turn.state.fresh):
        return None
    bare = normalise(text).text.strip(" .。、)")
    return int(bare) if bare.isdecimal() and 1 <= int(bare) <= len(offers) else None


def _with_person(turn: Turn) -> bool:
    """Whether a person of the brand has the conversation; he may have ended it meanwhile."""
    state, member = turn.state, turn.actor.member_id
    if state.with_person and member is not None:
        state.with_person = talk_of_member(turn.session, member) is not None
    return state.with_person


def _ends_talk(turn: Turn, text: str) -> bool:
    """Whether the wish is to be done with the person; everything else is passed on to him."""
    moves = understand(text, context_of(turn), turn.index).moves
    return any(isinstance(move, Human) and move.back for move in moves)


def _is_ours(ways: Routes, move: Move) -> bool:
    """Staff speak in commands; of the dealers' moves only answers and some are theirs."""
    if isinstance(move, Ask):
        return move.topic in ways.topics
    return type(move) in ways.moves or isinstance(move, (Yes, No, Stop, Answer))


def _meant(turn: Turn) -> list[Move]:
    """The moves without a yes or no that only opens the sentence: "行，大可乐也来3箱"."""
    moves = list(turn.said.moves) if turn.said else []
    if turn.state.asking is not None:
        return moves
    bare: list[Move] = [move for move in moves if not isinstance(move, (Yes, No))]
    return bare or moves


def _is_outside(move: Move) -> bool:
    return isinstance(move, Social) and move.intent is Intent.OUT_OF_SCOPE


def _adds(move: Move) -> bool:
    return isinstance(move, Add) or (isinstance(move, Change) and move.op is Op.MORE)


def _heard_before(turn: Turn, text: str, moves: Sequence[Move]) -> bool:
    """Whether the same text would change the same draft a second time within ten minutes."""
    heard = turn.state.heard
    if heard is None or turn.draft is None or turn.repeating or not any(map(_adds, moves)):
        return False
    same = (heard.text, heard.version) == (text, turn.draft.version)
    return same and turn.session.now - heard.at <= SAME_TEXT


def _parts(turn: Turn, ways: Routes, moves: Sequence[Move]) -> Iterator[Says]:
    """Neighbouring moves of one handler are answered together, each group by itself."""
    for handler, group in groupby(moves, key=lambda move: _handler(turn, ways, move)):
        batch = list(group)
        yield safely(turn, lambda handler=handler, batch=batch: handler(turn, batch))  # type: ignore[misc]


def _handler(turn: Turn, ways: Routes, move: Move) -> MoveHandler:
    match move:
        case Yes():
            return lambda turn, _: _chosen(turn, ways, repair.yes(turn))
        case No():
            return lambda turn, _: _chosen(turn, ways, repair.no(turn))
        case Stop():
            return lambda turn, _: _chosen(turn, ways, repair.stop(turn, move))
        case Answer() if Add not in ways.moves or not _about_goods(turn, move):
            return lambda turn, _: _chosen(turn, ways, repair.number(turn, move.option))
        case Answer():
            return ways.moves[Add]
        case Ask(topic=Topic.WHY) if turn.state.why and not any(item.candidates for item in move.items):
            return lambda turn, _: _why(turn, ways)
        case Ask():
            return ways.topics.get(move.topic) or ways.moves[Social]
    return ways.moves.get(type(move)) or ways.moves[Social]  # staff may say what only dealers can do


def _why(turn: Turn, ways: Routes) -> Says:
    """What explains the last answer; asked again, it is explained again."""
    why = turn.state.why
    assert why is not None
    turn.touched.add("why")
    return ways.choices[why.action](turn, why.arg)


def _about_goods(turn: Turn, answer: Answer) -> bool:
    """Whether an answer is for the open question about goods rather than for a list of other choices."""
    if answer.skus or answer.qty is not None or answer.unit is not None:
        return True
    other_list = turn.state.offers and turn.state.offers[0].action != "pick"
    return bool(turn.state.questions) and not other_list


def safely(turn: Turn, act: Callable[[], Says]) -> Says:
    """Run what changes something; a refusal undoes it and is put into words, the conversation staying as it was."""
    state, draft = copy(turn.state), turn.draft
    try:
        with turn.session.savepoint():
            return act()
    except DealerError as error:
        turn.state, turn.draft = state, draft
        return (refusal(turn, error),)


def context_of(turn: Turn) -> Context:
    """What a text is read against."""
    state = turn.state
    questions = state.questions
    if state.asking is not None:
        questions = (Question(asking=Asking.YES_NO, choices=2, about=state.asking.about), *questions)
    elif len(state.offers) > 1 and state.offers[0].action not in ("pick", "confirm"):
        choices = Question(asking=Asking.CHOICE, choices=len(state.offers), about=state.offers[0].action)
        questions = (*questions, choices) if questions else (choices,)
    assortment = frozenset(assortment_of(turn.session)) if turn.listed_only else None
    return Context(
        now=turn.now,
        draft=turn.lines,
        deliver=turn.draft.deliver_on if turn.draft else None,
        questions=questions,
        last_skus=state.last_skus,
        claim=state.claim,
        claim_on_top=state.claim_on_top,
        assortment=assortment,
        nicknames=awake(turn, assortment),
    )
