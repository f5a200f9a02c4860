"""Misspelt names: close in letters or characters, with a clear margin to every other."""

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

from bot.understand.index import Index, words_of

_CLOSE, _NEAR, _MARGIN = 0.75, 0.5, 0.12
_LETTERS = 0.8


def corrected(word: str, index: Index) -> str | None:
    """The one English word of the catalogue this is a misspelling of; None if none or several are as close."""
    if len(word) < 5 or not word.isalpha():
        return None
    found = process.extract(
        word,
        index.words.keys(),
        scorer=DamerauLevenshtein.normalized_similarity,
        limit=2,
        score_cutoff=_LETTERS,
    )
    found = [f for f in found if f[0][0] == word[0] or f[1] > 0.84]
    if not found or (len(found) > 1 and found[0][1] - found[1][1] < _MARGIN / 2):
        return None
    return str(found[0][0])


def corrected_beside(word: str, others: list[str], index: Index) -> str | None:
    """A short misspelt word beside right ones: the one word near it in the names that hold the others ("leek plug")."""
    if len(word) < 4 or not others or any(o not in index.words for o in others):
        return None
    skus = set(index.words[others[0]]).intersection(*(set(index.words[o]) for o in others[1:]))
    pool = {
        w
        for s in list(skus)[:50]
        for w in words_of(index.entries[s].product)
        if w.isalpha() and w not in others
    }
    written = {w + "s": w for w in pool} if word.endswith("s") else {w: w for w in pool}
    found = process.extract(
        word, written.keys(), scorer=DamerauLevenshtein.normalized_similarity, limit=2, score_cutoff=_CLOSE
    )
    return written[found[0][0]] if len(found) == 1 else None


def closest_names(text: str, index: Index) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """SKUs of the one name this is surely a misspelling of, and SKUs of near names to offer."""
    names = index.alike(text)
    scored = sorted(((Levenshtein.normalized_similarity(text, n), n) for n in names), reverse=True)[:8]
    near = [n for score, n in scored if score >= _NEAR]
    skus = tuple(dict.fromkeys(s for n in near for s in index.names.skus.get(n, ())))
    if len(text) >= 4 and scored and scored[0][0] >= _CLOSE:
        best = set(index.names.skus[scored[0][1]])
        rivals = [s for s, n in scored[1:] if set(index.names.skus[n]) - best]
        if not rivals or scored[0][0] - rivals[0] >= _MARGIN:
            return tuple(index.names.skus[scored[0][1]]), skus
    return (), skus
