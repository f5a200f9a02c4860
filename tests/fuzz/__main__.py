"""`make fuzz`: hypothesis, then a fuzzer led by coverage, so many minutes each, over understanding and the whole turn."""

import argparse
import sys
import time

from hypothesis import HealthCheck, given, settings

from tests.databases import Database, databases
from tests.fuzz.judge import Judge, hears
from tests.fuzz.texts import text_of, texts
from tests.transcripts.stage import set_stage

ROUND = 200  # texts between two looks at the clock
TURNS = 8  # every so many texts one is also heard by the whole turn


def by_hypothesis(judge: Judge, listen, seconds: float) -> int:
    """Texts made by hypothesis until the time is over; how many there were. Raises what a text broke."""
    until, count = time.monotonic() + seconds, 0

    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def hold(text: str) -> None:
        nonlocal count
        count += 1
        if time.monotonic() > until:
            return
        judge.reads(text)
        if count % TURNS == 0:
            listen(text)

    while time.monotonic() < until:
        hold()
    return count


def by_coverage(judge: Judge, listen, seconds: float) -> None:
    """Texts bred by atheris towards code not yet reached. Does not return: the fuzzer ends the process."""
    import atheris

    count = 0

    def hold(data: bytes) -> None:
        nonlocal count
        count += 1
        text = text_of(data)
        judge.reads(text)
        if count % (TURNS * 8) == 0:
            listen(text)

    atheris.instrument_all()
    atheris.Setup(
        ["fuzz", f"-max_total_time={int(seconds)}", "-max_len=2000", "-timeout=60", "-rss_limit_mb=4096"],
        hold,
    )
    atheris.Fuzz()


def main() -> None:
    """One of the two, for the time given."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("way", choices=("hypothesis", "coverage"))
    asked.add_argument("--minutes", type=float, default=5.0)
    told = asked.parse_args()
    with databases() as made:
        stage = set_stage(Database(made.sqlite_url()), {})
        judge = Judge()
        if told.way == "coverage":
            by_coverage(judge, lambda text: hears(stage, text), told.minutes * 60)
        count = by_hypothesis(judge, lambda text: hears(stage, text), told.minutes * 60)
    print(f"{count} texts, every {TURNS}th through the whole turn: none hung, none broke anything")


if __name__ == "__main__":
    sys.exit(main())
