"""Typed values are read by many threads at once, from the first message of a process on.

Seen to fail: with types gathered at their first use, a third of the processes whose first messages came together died of a
segmentation fault in msgspec.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FIRST_MESSAGES = """
import sys, threading
from bot.dialog.slots import goods_of
from bot.dialog.state import Dialogue
from bot.store.parked import _read
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(8)
state = {"version": 1, "undo": [{"lines": [], "deliver": "2026-03-10"}]}
inbound = {"channel": "web", "account": "a", "sender": "s", "chat": "s", "message_id": "1", "kind": "text", "at": "2026-03-10T01:00:00Z"}
goods = '[{"sku": "A", "base_qty": 1, "qty": "1", "unit": ""}]'
def first():
    barrier.wait()
    assert Dialogue.load(state).undo and _read(inbound).sender == "s" and goods_of(goods)
    done.append(1)
done = []
threads = [threading.Thread(target=first) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(done) == 8
"""


def test_the_first_messages_of_a_process_may_come_together() -> None:
    for _ in range(4):
        ran = subprocess.run(
            [sys.executable, "-c", FIRST_MESSAGES], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, (ran.returncode, ran.stderr)


def test_types_are_gathered_at_import_and_nowhere_else() -> None:
    """Where only one thread reads (the event loop of a channel), the first use may gather."""
    lazily = re.compile(r"msgspec\.convert\(|msgspec\.json\.decode\([^\n]*type=")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "core", "notifications")
        for path in (ROOT / folder).rglob("*.py")
        if lazily.search(path.read_text(encoding="utf-8"))
    }
    assert found <= {"bot/channels/web/receive.py", "bot/channels/web/demo.py"}
