"""The draft as it is worked on: its lines, what is still to be asked, and how a settled question becomes a line. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.dialog.packs import MAX_BASE, raised, to_base
from bot.understand.catalogue import Product
from bot.understand.context import Asking, DraftLine, Question
from bot.understand.types import Op, Problem

Lookup = Callable[[str], Product]
LAST_KEPT = 8


class Snag(StrEnum):
    """Why a change could not be made as it was said, beside the problems of a single item."""

    NOT_IN_DRAFT = "not_in_draft"
    NO_SUCH_LINE = "no_such_line"
    NO_SUCH_OPTION = "no_such_option"
    NOTHING_ASKED = "nothing_asked"
    BELOW_ZERO = "below_zero"
    WHICH_LINE = "which_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The draft with what is still to be asked. last: products last talked about, latest first."""

    lines: tuple[DraftLine, ...] = ()
    questions: tuple[Question, ...] = ()
    deliver: date | None = None
    last: tuple[str, ...] = ()

    def line(self, sku: str) -> DraftLine | None:
        return next((line for line in self.lines if line.sku == sku), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One line that changed; `before` or `after` is None when it is new or gone."""

    sku: str
    before: DraftLine | None
    after: DraftLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that could not be done as it was said, with what a sentence about it needs."""

    problem: Problem | Snag
    text: str = ""
    skus: tuple[str, ...] = ()
    qty: Decimal | None = None
    unit: str | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The draft after a move, and what happened to it."""

    sheet: Sheet
    edits: tuple[Edit, ...] = ()
    troubles: tuple[Trouble, ...] = ()


def differences(before: tuple[DraftLine, ...], after: tuple[DraftLine, ...]) -> tuple[Edit, ...]:
    """The lines that are new, gone or of another quantity, in the order of the newer draft."""
    old, new = {line.sku: line for line in before}, {line.sku: line for line in after}
    return tuple(
        Edit(sku=sku, before=old.get(sku), after=new.get(sku))
        for sku in [*new, *(sku for sku in old if sku not in new)]
        if sku not in old or sku not in new or old[sku].base_qty != new[sku].base_qty
    )


class Hand:
    """A draft being changed by one move."""

    def __init__(self, sheet: Sheet, product: Lookup) -> None:
        self.before = sheet
        self.product = product
        self.lines = {line.sku: line for line in sheet.lines}
        self.questions = list(sheet.questions)
        self.deliver = sheet.deliver
        self.last = list(sheet.last)
        self.troubles: list[Trouble] = []

    def result(self) -> Result:
        sheet = Sheet(
            lines=tuple(self.lines.values()),
            questions=tuple(question for question in self.questions if not self._settled(question)),
            deliver=self.deliver,
            last=tuple(dict.fromkeys(self.last))[:LAST_KEPT],
        )
        edits = differences(self.before.lines, sheet.lines)
        return Result(sheet=sheet, edits=edits, troubles=tuple(self.troubles))

    def _settled(self, question: Question) -> bool:
        """A doubt about a quantity that has meanwhile been changed."""
        if not question.about.startswith("habit:"):
            return False
        sku = question.candidates[0]
        return self.lines.get(sku) != self.before.line(sku)

    def clear(self) -> None:
        """Nothing is ordered or asked any more."""
        self.lines.clear()
        self.questions.clear()
        self.deliver = None

    def asked_about(self, sku: str) -> Question | None:
        """The open question that has this product among its answers."""
        return next((question for question in self.questions if sku in question.candidates), None)

    def answered(self, sku: str) -> None:
        """The question which of several is settled by naming one of them in full."""
        held = self.asked_about(sku)
        if held is not None and not held.about:
            self.questions.remove(held)

    def talk_about(self, *skus: str) -> None:
        self.last[:0] = skus

    def settle(
        self,
        question: Question,
        *,
        base_qty: int | None = None,
        problem: Problem | None = None,
        at: int | None = None,
    ) -> None:
        """Do what a question is about if everything is known; else leave it open, at its place in the list."""
        if len(question.candidates) > 1:  # numbered the same way however they were found
            candidates = tuple(sorted(question.candidates))
            self.ask(replace(question, asking=Asking.PRODUCT, candidates=candidates), at)
            return
        product = self.product(question.candidates[0])
        if question.qty is None:
            self.ask(replace(question, asking=Asking.QUANTITY), at)
            return
        unit = question.unit or product.default_unit
        base = base_qty if base_qty is not None else to_base(product, question.qty, unit)
        if problem is Problem.UNIT_AMBIGUOUS:
            base = problem
        if isinstance(base, int) and base <= 0 and not question.about:
            base = Problem.NOT_POSITIVE
        if isinstance(base, Problem):
            self._stuck(replace(question, unit=unit), base, at)
            return
        self._act(question, product, base, unit)

    def _stuck(self, question: Question, problem: Problem, at: int | None) -> None:
        self.snag(problem, text=question.text, skus=question.candidates, qty=question.qty, unit=question.unit)
        if problem in (Problem.UNIT_UNKNOWN, Problem.UNIT_AMBIGUOUS):
            self.ask(replace(question, asking=Asking.UNIT), at)
        elif problem is Problem.NOT_WHOLE:
            self.ask(replace(question, asking=Asking.QUANTITY), at)
        else:  # a figure that cannot be meant is not kept
            self.ask(replace(question, asking=Asking.QUANTITY, qty=None, unit=None), at)

    def _act(self, question: Question, product: Product, base: int, unit: str) -> None:
        verb, _, argument = question.about.partition(":")
        assert question.qty is not None
        match verb:
            case "":
                self._put(product, base, unit, question.qty)
            case "replace":
                self._swap(argument, product, base, unit, question.qty)
            case "habit" if product.sku in self.lines:
                self.alter(product.sku, Op.SET, question.qty, question.unit)
            case _ if product.sku in self.lines:
                self.alter(product.sku, Op(verb), question.qty, question.unit)
        self.talk_about(product.sku)

    def _put(self, product: Product, base: int, unit: str, qty: Decimal) -> None:
        held = self.lines.get(product.sku)
        if held is None:
            self.lines[product.sku] = DraftLine(sku=product.sku, base_qty=base, unit=unit, qty=qty)
        elif held.base_qty + base > MAX_BASE:
            self.snag(Problem.TOO_LARGE, skus=(product.sku,), qty=qty, unit=unit)
        else:
            self.lines[product.sku] = raised(product, held, held.base_qty + base, unit)

    def ask(self, question: Question, at: int | None = None) -> None:
        self.talk_about(*question.candidates)
        if question in self.questions:
            return
        self.questions.insert(len(self.questions) if at is None else min(at, len(self.questions)), question)

    def snag(
        self,
        problem: Problem | Snag,
        *,
        text: str = "",
        skus: tuple[str, ...] = (),
        qty: Decimal | None = None,
        unit: str | None = None,
        near: tuple[str, ...] = (),
    ) -> None:
        self.troubles.append(Trouble(problem=problem, text=text, skus=skus, qty=qty, unit=unit, near=near))

    def alter(self, sku: str, op: Op, qty: Decimal | None, unit: str | None) -> None:
        """Set, raise, lower or scale one line."""
        line, product = self.lines[sku], self.product(sku)
        if qty is None and (op is not Op.SET or unit is None):
            self.ask(Question(asking=Asking.QUANTITY, candidates=(sku,), unit=unit, about=op.value))
            return
        unit = line.unit if unit is None or op is Op.TIMES else unit
        figure = line.qty if qty is None else qty
        if op is Op.TIMES:
            figure *= line.qty
        step = to_base(product, figure, unit)
        if isinstance(step, Problem):
            self._stuck(_about(line, op, figure, unit), step, None)
            return
        base = {Op.MORE: line.base_qty + step, Op.LESS: line.base_qty - step}.get(op, step)
        self.talk_about(sku)
        if base > MAX_BASE:
            self.snag(Problem.TOO_LARGE, skus=(sku,), qty=figure, unit=unit)
        elif base < 0:
            self.snag(Snag.BELOW_ZERO, skus=(sku,), qty=figure, unit=unit)
        elif base == 0:
            del self.lines[sku]
        elif op in (Op.SET, Op.TIMES):
            self.lines[sku] = DraftLine(sku=sku, base_qty=base, unit=unit, qty=figure)
        else:
            self.lines[sku] = raised(product, line, base, unit)

    def _swap(self, old: str, product: Product, base: int, unit: str, qty: Decimal) -> None:
        """The new product takes the old one's place in the list."""
        if old not in self.lines or product.sku in self.lines:
            self.lines.pop(old, None)
            self._put(product, base, unit, qty)
            return
        line = DraftLine(sku=product.sku, base_qty=base, unit=unit, qty=qty)
        lines = (line if held.sku == old else held for held in self.lines.values())
        self.lines = {held.sku: held for held in lines}


def _about(line: DraftLine, op: Op, qty: Decimal, unit: str) -> Question:
    about = Op.SET if op is Op.TIMES else op
    return Question(asking=Asking.QUANTITY, candidates=(line.sku,), qty=qty, unit=unit, about=str(about))
