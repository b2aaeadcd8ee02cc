"""What hands do to spans, and to whatever has the focus: each method is one intention, by key, menu, palette or pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from annotator.commands import bulk, relations, spans
from annotator.commands.same_text import Origin
from annotator.domain.annotations import Span
from annotator.domain.changes import ChangeSet, What
from annotator.domain.rules import relation_problems
from annotator.domain.text import Range
from annotator.session.document import DocumentState
from annotator.session.events import Event
from annotator.ui import shaping
from annotator.ui.i18n import by_count, told, tr
from annotator.ui.soundness import SoundnessCheck

if TYPE_CHECKING:
    from annotator.ui.relating import Relating
    from annotator.ui.workbench import Workbench


class Editing:
    """Edits the open document of a workbench; what is about relations alone is in ``Relating``.

    Who wins: a selection before the chosen spans, those before the focused span or relation, that before the token at the caret.
    For what a selection cannot have done to it (accepting, removing), the chosen spans come first.
    """

    def __init__(self, bench: Workbench, relating: Relating) -> None:
        self._bench = bench
        self._view = bench.view
        self._relating = relating
        self.soundness = SoundnessCheck(bench)
        self.last_label = ""
        self.same_text_asked: Event[tuple[str, str, Origin]] = Event()
        """A text, the label it is to have in the whole project, to be confirmed place by place, and the place it was asked from."""
        self.unsaved = ""
        """Why the description announced last could not be saved; empty if it was."""
        bench.view.rangeRequested.connect(self._on_range_requested)
        bench.view.splitRequested.connect(self._on_split_requested)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    def press_label_key(self, key: str) -> None:
        """Use the span label, or with a relation in focus the relation label, that has this key."""
        document = self._bench.document
        if document is None or self._bench.refuses_edits():
            return
        on_relation = self._bench.relation is not None and self._view.selection is None
        labels = document.scheme.relations if on_relation else document.scheme.spans
        label = next((label.name for label in labels if label.key == key), "")
        if not label:
            self._bench.tell(tr("No label has the key {}.").format(key))
        elif on_relation:
            self._relating.relabel(label)
        else:
            self.label(label)

    def label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, else label the token at the caret."""
        if self._bench.document is None or self._bench.refuses_edits():
            return
        selection = self._view.selection
        if selection is None and self._view.chosen:
            self._relabel_chosen(label)
            return
        if selection is None and self._bench.span is not None:
            self.relabel(label)
            return
        if selection is None and self._bench.relation is not None:
            self._bench.tell(tr("A relation has the focus, and {} is a label for spans: press Esc first.").format(label))
            return
        place = selection or self._view.token_at_caret()
        if place is None:
            self._bench.tell(tr("There is no text to label here."))
            return
        self._add(place, label)

    def relabel(self, label: str) -> None:
        """Give the focused span another label."""
        document, span = self._bench.document, self._bench.span
        if document and span and self._bench.run(spans.relabel_span(document.set_id, span.id, label)):
            self._labelled(span.id, label)
            self._warn_of_relations((span.id,))

    def _relabel_chosen(self, label: str) -> None:
        document, chosen = self._bench.document, self._view.chosen
        if document is not None and self._bench.run(bulk.relabel_spans(document.set_id, chosen, label)):
            self.last_label = label
            told = by_count(len(chosen), tr("1 span is {{label}} now."), tr("{} spans are {{label}} now."))
            self._bench.tell(told.format(label=label))
            self._warn_of_relations(chosen)

    def _warn_of_relations(self, span_ids: Sequence[str]) -> None:
        """Say which relation of relabelled spans the scheme no longer allows; it stays, and the document cannot be done so."""
        document = self._bench.document
        if document is None:
            return
        for relation in (relation for key in span_ids for relation in document.relations_of(key)):
            ends = {key: found for key in (relation.head, relation.tail) if (found := document.span(key)) is not None}
            problem = next(relation_problems(relation, ends, document.scheme), None)
            if problem is not None:
                text = tr("{} The relation stays until you relabel or remove it, and the document cannot be done before.")
                self._bench.messages.show_message(text.format(told(problem.message)), "warning")
                return

    def enter(self) -> None:
        """Label the selection with its likeliest label; else accept what is chosen or focused and go to the next unreviewed."""
        document, selection = self._bench.document, self._view.selection
        if document is None or self._bench.refuses_edits():
            return
        if selection is not None:
            label = self._likeliest(selection)
            if label:
                self._add(selection, label)
            else:
                self._bench.tell(tr("No label was used yet: press a label's key."))
            return
        if self.accept(chosen=True) and (not document.unreviewed_count() or not self._view.step_unreviewed(1)):
            self._begin_again()

    def _begin_again(self) -> None:
        """From the last suggestion, go to the first one that is left; relations come after all spans."""
        document = self._bench.document
        if document is None or not document.unreviewed_count():
            self._bench.tell(tr("Nothing is left to review in this document."))
            return
        first = document.first_unreviewed()
        if isinstance(first, Span):
            self._view.focus_span(first.id)
            self._bench.tell(tr("Back to the first suggestion that is left."))
        elif first is not None:
            self._view.focus_relation(first.id)

    def accept(self, *, chosen: bool = False) -> bool:
        """Say that the focused suggestion is right, or with ``chosen`` those chosen if there are any; False after a refusal."""
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        if document is None:
            return False
        if chosen and self._view.chosen:
            return self._accept_chosen(document)
        if span is not None and not span.reviewed:
            return self._bench.run(spans.accept_span(document.set_id, span.id)) is not None
        if relation is not None and not relation.reviewed:
            return self._bench.run(relations.accept_relation(document.set_id, relation.id)) is not None
        return True

    def _accept_chosen(self, document: DocumentState) -> bool:
        waiting = [key for key in self._view.chosen if (span := document.span(key)) is not None and not span.reviewed]
        if waiting and not self._bench.run(bulk.accept_items(document.set_id, waiting)):
            return False
        self._view.clear_chosen()
        self._bench.tell(by_count(len(waiting), tr("1 suggestion accepted."), tr("{} suggestions accepted.")))
        return True

    def remove(self, *, chosen: bool = False) -> None:
        """Remove the focused span or relation, or with ``chosen`` the chosen spans if there are any; a suggestion is rejected.

        Of a relation, its head has the focus then.
        """
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        ids = self._view.chosen if chosen else ()
        if document is None:
            return
        if ids:
            if self._bench.run(bulk.remove_items(document.set_id, ids)):
                self._bench.tell(by_count(len(ids), tr("1 span removed."), tr("{} spans removed.")))
        elif relation is not None:
            self._bench.run(relations.remove_relation(document.set_id, relation.id))
            if document.relation(relation.id) is None:
                self._view.focus_span(relation.head)
        elif span is not None:
            along = len(document.relations_of(span.id))
            self._bench.run(spans.remove_span(document.set_id, span.id))
            if along and document.span(span.id) is None:
                self._bench.tell(
                    by_count(along, tr("Removed, and its relation with it."), tr("Removed, and its {} relations with it."))
                )

    def move_edge(self, edge: str, direction: int, *, by_character: bool = False) -> None:
        """Move the start or end edge of the focused span left (-1) or right (1) by a token or a character."""
        shaping.move_edge(self._bench, edge, direction, by_character=by_character)

    def propagate(self) -> None:
        """Give the same text its label in the whole document: the selection its likeliest one, else the focused span its own."""
        document, asked = self._bench.document, self._text_and_label()
        if document is None or asked is None:
            return
        place, label = asked
        done = self._bench.run(bulk.propagate(document.set_id, place, label))
        if done is None:
            return
        self.last_label = label
        here = next(
            (one.id for one in document.spans_in(place[0][0], place[-1][1]) if (one.fragments, one.label) == (place, label)), None
        )
        if here is not None:
            self._view.focus_span(here)
        told = by_count(len(done.made), tr("1 place is {{label}} now"), tr("{} places are {{label}} now")).format(label=label)
        left = by_count(
            done.left, tr("; 1 was left alone, where another span is."), tr("; {} were left alone, where other spans are.")
        )
        self._bench.tell(told + (left if done.left else "."))

    def propagate_everywhere(self) -> None:
        """List where the whole project says the same, for its label to be given to what is ticked there."""
        document, asked = self._bench.document, self._text_and_label()
        if document is None or asked is None:
            return
        place, label = asked
        if len(place) != 1:
            self._bench.tell(tr("A span in several pieces cannot be looked for in other documents."))
            return
        self.last_label = label
        ((start, end),) = place
        self.same_text_asked.emit((document.text[start:end], label, Origin(document.document.id, start, end)))

    def _text_and_label(self) -> tuple[tuple[Range, ...], str] | None:
        """Return the selection with its likeliest label, else the focused span with its own; None, having said so, without either."""
        document, span, selection = self._bench.document, self._bench.span, self._view.selection
        if document is None or self._bench.refuses_edits():
            return None
        if selection is not None:
            label = self._likeliest(selection)
            if label:
                return (selection,), label
            self._bench.tell(tr("No label was used yet: press a label's key."))
        elif span is not None:
            return span.fragments, span.label
        else:
            self._bench.tell(tr("Select a text or focus a span first: Tab, or click it."))
        return None

    def accept_label(self) -> None:
        """Accept all suggestions of the document that have the label of the focused span or relation."""
        document, item = self._bench.document, self._bench.span or self._bench.relation
        if document is None or item is None:
            self._bench.tell(tr("Focus a span or relation with the label first: Tab, or click it."))
            return
        what = What.SPAN if self._bench.span is not None else What.RELATION
        count = self._bench.run(bulk.accept_label(document.set_id, what, item.label))
        if count is not None:
            told = by_count(count, tr("1 suggestion of {{label}} accepted."), tr("{} suggestions of {{label}} accepted."))
            self._bench.tell(told.format(label=item.label) if count else tr("No suggestion of {} is left.").format(item.label))

    def _add(self, place: Range, label: str) -> None:
        document = self._bench.document
        assert document is not None
        made = self._bench.run(spans.add_span(document.set_id, (place,), label))
        if made:
            self._labelled(made, label)

    def _labelled(self, span_id: str, label: str) -> None:
        self.last_label = label
        self._view.focus_span(span_id)

    def _likeliest(self, place: Range) -> str:
        """Return what this text is called elsewhere in the document most often, else the label used last."""
        document = self._bench.document
        assert document is not None
        counts = document.labels_of_text(document.text[place[0] : place[1]])
        return counts.most_common(1)[0][0] if counts else self.last_label

    def describe(self, described: Mapping[str, Any]) -> None:
        """Save what the inspector says of an item: ``kind``, ``set_id``, ``id`` and any of ``note`` and ``attributes``."""
        document = self._bench.document
        if document is None or document.read_only:
            return
        self.unsaved = ""
        set_id = described.get("set_id", document.set_id)
        given = {name: described[name] for name in ("note", "attributes") if name in described}
        if described["kind"] == "span":
            saved = self._bench.run(spans.describe_span(set_id, described["id"], **given))
        else:
            saved = self._bench.run(relations.describe_relation(set_id, described["id"], **given))
        if saved is None:
            self.unsaved = self._bench.messages.text.text()

    def _on_range_requested(self, asked: tuple[str, int, int]) -> None:
        shaping.move(self._bench, *asked)

    def _on_split_requested(self, asked: tuple[str, int]) -> None:
        shaping.split_at(self._bench, *asked)

    def _on_changed(self, changes: ChangeSet) -> None:
        if self.last_label:
            self.last_label = changes.label_now(self.last_label, "spans")

    def _on_session_changed(self) -> None:
        self.last_label = ""  # another project may not know it
