"""Files of contracts, each with its paper: a PDF or a picture whose path is in the row."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.files.cells import code, day
from bot.files.errors import CellError, Fault
from bot.files.kinds import Column, Kind, Outcome, Row, through, unknown
from bot.store.media import store
from core.contracts.queries import contracts_of
from core.contracts.service import put_contracts
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.people.actor import Actor

LARGEST = 10_000_000
"""Bytes a paper may have: what every channel delivers."""
_TYPES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_FAULTS = {"backwards": Fault("term_backwards", "end"), "taken": Fault("contract_taken", "number")}


def paper(cell: Any) -> dict[str, Any]:
    """The file at a path, told by its content; one that is not there has none. Raises CellError."""
    path = Path(str(cell).strip())
    name = path.name[-120:]
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    except (OSError, ValueError):
        return {"name": name, "mime": "", "content": None}
    if size > LARGEST:
        raise CellError("paper_too_big", value=name, most=LARGEST // 1_000_000)
    mime = next((mime for head, mime in _TYPES.items() if content.startswith(head)), None)
    if mime is None:
        raise CellError("paper_type", value=name)
    return {"name": name, "mime": mime, "content": content}


def save_contracts(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Contracts by number. A changed term starts its reminders anew; a row without a file keeps the one there is."""
    known = dealer_ids(session, [row["dealer"] for row in rows])

    def put(good: Sequence[Row]) -> list[Outcome]:
        terms = []
        for row in good:
            file = row.get("file")
            kept = _kept(session, file) if file and file["content"] is not None else ""
            terms.append(
                {
                    "dealer_id": known[row["dealer"]],
                    **{name: row[name] for name in ("number", "start", "end")},
                    "file": kept,
                    "file_name": file["name"] if file and kept else "",
                }
            )
        return [_FAULTS.get(done, done) for done in put_contracts(session, actor, terms)]

    def fault_of(row: Row) -> Fault | None:
        if fault := unknown("dealer", row, known):
            return fault
        file = row.get("file")
        if not file or file["content"] is not None:
            return None
        held = contracts_of(session.for_dealer(known[row["dealer"]]))
        if any(each.number == row["number"] and each.file_name == file["name"] for each in held):
            return None  # as it was exported: the paper is kept already
        return Fault("no_paper", "file", {"value": file["name"]})

    return through(rows, fault_of, put)


def _kept(session: Session, file: Mapping[str, Any]) -> str:
    sha = hashlib.sha256(file["content"]).hexdigest()
    store(session, sha256=sha, mime=file["mime"], content=file["content"])
    return f"file:{sha}"


CONTRACTS = Kind(
    name="contracts",
    columns=(
        Column("dealer", code(40), required=True),
        Column("number", code(40), required=True),
        Column("start", day, required=True),
        Column("end", day, required=True),
        Column("file", paper),
    ),
    key=lambda row: str(row["number"]),
    save=save_contracts,
    papers=("file",),
    rows_under=("contracts", "rows"),
)
