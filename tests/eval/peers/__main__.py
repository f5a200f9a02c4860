"""`make bench-understanding`: what peers read of the repository's own rows, beside what this project reads."""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bot.evaluate import evaluate
from tests.eval.measure import HERE, VALUES, figures, scorer
from tests.eval.peers.naive import predict


def main() -> None:
    """Print the table."""
    score = scorer()
    rows = {
        row["id"]: row
        for name in ("values.jsonl", "heldout2_values.jsonl")
        for row in score.load(HERE / name)
    }
    asked = "".join(json.dumps(row) + "\n" for row in rows.values())
    command = [sys.argv[1], str(Path(__file__).with_name("values.py"))]
    said = subprocess.run(command, input=asked, capture_output=True, text=True, check=False).stdout
    answers = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    with tempfile.TemporaryDirectory() as folder:
        gold, pred = Path(folder) / "gold.jsonl", Path(folder) / "pred.jsonl"
        gold.write_text(asked, encoding="utf-8")
        evaluate(gold, HERE / "catalogue_drinks.json", pred)
        answers += [{"peer": "this project", **row} for row in score.load(pred)]
    right: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str, str]] = Counter()
    for answer in answers:
        if "id" in answer:
            row = rows[answer["id"]]
            key = (answer["peer"], row["kind"], row["lang"])
            count[key] += 1
            right[key] += score.simple_ok(row, answer)
    print(f"| read rightly | {' | '.join(f'{kind} {lang}' for kind, lang in VALUES)} |")
    print(f"| --- |{' --- |' * len(VALUES)}")
    for peer in dict.fromkeys(answer["peer"] for answer in answers):
        cells = [
            f"{100 * right[peer, *k] / count[peer, *k]:.1f} %" if count[peer, *k] else "" for k in VALUES
        ]
        missing = any(a.get("missing") for a in answers if a["peer"] == peer)
        print(f"| {peer}{' (not installed)' if missing else ''} | {' | '.join(cells)} |")


def messages() -> None:
    """Print how the naive reader and this project read the held-out messages."""
    score = scorer()
    print("\n| held-out messages | exact | silently wrong | missing |\n| --- | --- | --- | --- |")
    for name, read in (("regex and nearest name", predict), ("this project", evaluate)):
        with tempfile.TemporaryDirectory() as folder:
            gold, pred, one = (Path(folder) / each for each in ("gold", "pred", "one"))
            for path in sorted(HERE.glob("heldout*_messages_*.jsonl")):
                read(path, HERE / f"catalogue_{path.stem.rsplit('_', 1)[-1]}.json", one)
                for source, target in ((path, gold), (one, pred)):
                    with target.open("a", encoding="utf-8") as out:
                        for row in score.load(source):
                            out.write(json.dumps({**row, "id": f"{path.stem}:{row['id']}"}) + "\n")
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                score.main(str(gold), str(pred))
        seen = figures(said.getvalue())
        print(f"| {name} | {seen['exact']} % | {seen['wrong']} % | {seen['missing']} % |")


if __name__ == "__main__":
    main()
    messages()
