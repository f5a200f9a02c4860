"""Every conversation under this folder, played through the real turn: tests/transcripts/<flow>/<kind>/<name>.yaml.

given: language, role, staff, wechat, credit, stock, banded, addresses, web, rebate, programmes. talk: `user` says, or `press`es a button by its action, or `sends` a
kind of message, or `hears` a notice; before it `wait` minutes, `price`, `stock`, or what `sales` says. Then what must come back:
`bot` keys, `not` keys, `shows` words, `silent`; and the state: `draft`, `asks` (the open question's candidates), `deliver`.
"""

from pathlib import Path

import pytest
import yaml

from tests.databases import Database
from tests.transcripts.stage import FOLDER, set_stage

KINDS = {"happy", "corrections", "cancellations", "digressions", "refusals", "nonsense"}
TRANSCRIPTS = sorted(FOLDER.glob("*/*/*.yaml"))


@pytest.mark.parametrize(
    "path", TRANSCRIPTS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix()
)
def test_conversation(path: Path, sqlite: Database) -> None:
    transcript = yaml.safe_load(path.read_text(encoding="utf-8"))
    stage = set_stage(sqlite, transcript.get("given", {}))
    for turn in transcript["talk"]:
        stage.play(turn)
    stage.finish(transcript.get("then", {}))


def test_each_conversation_is_of_a_known_kind_and_every_kind_is_there() -> None:
    assert {path.parent.name for path in TRANSCRIPTS} == KINDS
