"""DocRED's documents: sentences of words, entities as lists of mentions, relations between entities.

``{"title", "sents": [[word]], "vertexSet": [[{"name", "pos": [first, stop], "sent_id", "type"}]], "labels": [{"h", "t", "r",
"evidence"}]}``; the hub's own form has ``labels`` as one object of lists: ``head``, ``tail``, ``relation_id``, ``relation_text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from annotator.domain.text import Range
from annotator.formats.json_fields import Complaints


def entries_of(value: Any) -> list[Any]:
    """Return a list of entries; one object of lists, as Arrow may store it, is turned round."""
    if type(value) is list:
        return value
    lists = {key: part for key, part in value.items() if type(part) is list} if type(value) is dict else {}
    length = max(map(len, lists.values()), default=0)
    return [{key: part[number] for key, part in lists.items() if number < len(part)} for number in range(length)]


def first(entry: dict[str, Any], keys: Iterable[str]) -> Any:
    """Take out the first of these keys that says something; None if none does."""
    key = next((key for key in keys if entry.get(key) is not None), None)
    return None if key is None else entry.pop(key)


def rebuilt(sentences: Iterable[Sequence[str]]) -> tuple[str, list[Range]]:
    """Return the text of sentences: one blank between words, a line break between sentences; and where the words stand."""
    pieces: list[str] = []
    places: list[Range] = []
    position = 0
    for words in sentences:
        for number, word in enumerate(words):
            gap = "" if not places else "\n" if number == 0 else " "
            position += len(gap)
            pieces += [gap, word]
            places.append((position, position + len(word)))
            position += len(word)
    return "".join(pieces), places


def is_docred(data: dict[str, Any]) -> bool:
    """Tell whether a row has DocRED's columns."""
    return type(data.get("sents")) is list and type(data.get("vertexSet")) is list


def as_spans(data: dict[str, Any], complain: Complaints) -> dict[str, Any]:
    """Return a row of DocRED as one with text, tokens, spans and relations.

    Every mention is a span, with the number of its entity as an attribute; a relation links the first mentions of its entities.
    """
    sentences = [
        [str(word) if str(word).strip() else "_" for word in words] if type(words) is list else [] for words in data.pop("sents")
    ]
    text, places = rebuilt(sentences)
    borders = [0]
    for words in sentences:
        borders.append(borders[-1] + len(words))
    spans: list[dict[str, Any]] = []
    firsts: list[str] = []
    for number, mentions in enumerate(data.pop("vertexSet")):
        firsts.append("")
        for mention in mentions if type(mentions) is list else ():
            words = _words(mention, borders)
            label = mention.get("type") if type(mention) is dict else None
            if words is None or type(label) is not str:
                complain(f"A mention of entity {number} has no place in its sentence or no type; it was left out.")
                continue
            place = {"start": places[words[0]][0], "end": places[words[1] - 1][1]}
            spans.append({"id": f"s{len(spans) + 1}", **place, "label": label, "attributes": {"entity": number}})
            firsts[-1] = firsts[-1] or f"s{len(spans)}"
    relations = [_relation(entry, firsts, complain) for entry in entries_of(data.pop("labels", None))]
    row = {"text": text, "offsets": [list(place) for place in places], "spans": spans}
    return {**data, **row, "relations": [relation for relation in relations if relation is not None]}


def _words(mention: Any, borders: Sequence[int]) -> Range | None:
    """Return the words of a mention, counted from the beginning of the document."""
    place, sentence = (mention.get("pos"), mention.get("sent_id")) if type(mention) is dict else (None, None)
    if type(sentence) is not int or not 0 <= sentence < len(borders) - 1 or type(place) is not list or len(place) != 2:
        return None
    low, high = place
    if type(low) is not int or type(high) is not int or not 0 <= low < high <= borders[sentence + 1] - borders[sentence]:
        return None
    return borders[sentence] + low, borders[sentence] + high


def _relation(entry: Any, firsts: Sequence[str], complain: Complaints) -> dict[str, Any] | None:
    fields = dict(entry) if type(entry) is dict else {}
    ends = [first(fields, keys) for keys in (("h", "head"), ("t", "tail"))]
    label = first(fields, ("r", "relation_text", "relation_id"))
    if type(label) is not str or not all(type(end) is int and 0 <= end < len(firsts) and firsts[end] for end in ends):
        complain("A relation has no label, or names an entity that has no mention; it was left out.")
        return None
    more = {key: value for key, value in fields.items() if value not in (None, [])}
    return {"label": label, "head": firsts[ends[0]], "tail": firsts[ends[1]], "attributes": more}
