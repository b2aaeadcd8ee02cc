"""The same text in the whole project, each place with what its context says.  Everything here is for a job's reader connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from annotator.domain.annotations import Kind
from annotator.domain.context import Agreement, Doubt, Scene, Sight
from annotator.domain.documents import Document, Status
from annotator.domain.progress import Progress
from annotator.domain.propagation import same_text
from annotator.domain.text import Range
from annotator.store import queries, search
from annotator.store.queries import Connection
from annotator.store.search import Line

Seen = tuple[Line, Sight]
"""One place with what there is to see at it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The place where a person labels a text, in code points; ``document_id`` 0 means that there is none."""

    document_id: int = 0
    start: int = 0
    end: int = 0


NOWHERE = Origin()


def scene_of(connection: Connection, document: Document, person: str) -> Scene:
    """Return a document with the spans that are shown at its places (``search.set_to_show``)."""
    shown = search.set_to_show(connection, document.id, person)
    info = queries.set_info(connection, shown[0]) if shown is not None else None
    finished = info is not None and info.status is Status.DONE and info.kind is not Kind.MODEL
    spans = queries.spans(connection, shown[0]) if shown is not None else ()
    return Scene(document.text, document.tokens, document.sentences, spans, finished=finished)


def agreement_with(connection: Connection, origin: Origin, label: str, person: str) -> Agreement:
    """Return how other places are judged by the place that a person labelled; by the other places alone where that is gone."""
    document = queries.document(connection, origin.document_id)
    if document is None or not 0 <= origin.start < origin.end <= len(document.text):
        return Agreement(label, Sight())
    return Agreement(label, scene_of(connection, document, person).sight((origin.start, origin.end)))


def seen_places(connection: Connection, surface: str, person: str, progress: Progress) -> Iterator[Seen]:
    """Yield the places that ``search.same_text_lines`` finds, with what there is to see at each.  Raises ``Cancelled``."""
    for number in search.documents_saying(connection, surface):
        progress.check()
        document = queries.document(connection, number)
        places: list[Range] = same_text(document.text, document.tokens, surface) if document is not None else []
        if document is None or not places:
            continue
        scene = scene_of(connection, document, person)
        lines = search.range_lines(connection, number, document.name, document.text, places, person=person)
        for place, line in zip(places, lines, strict=True):
            yield line, scene.sight(place)


def judged(
    seen: Iterable[Seen], agreement: Agreement, doubts: dict[int, Doubt], *, wanted: Callable[[Line], bool] = lambda _: True
) -> Iterator[Line]:
    """Yield the wanted lines; when the last was taken, put into ``doubts`` what speaks against which of them, by number from 0.

    Lines that are not wanted are learned from all the same.
    """
    sights: list[Sight] = []
    for line, sight in seen:
        agreement.learn(sight)
        if wanted(line):
            sights.append(sight)
            yield line
    for number, sight in enumerate(sights):
        doubt = agreement.doubt(sight)
        if doubt is not None:
            doubts[number] = doubt
