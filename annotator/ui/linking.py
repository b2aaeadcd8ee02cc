"""Linking spans to entries of the knowledge base: a list under the span in the article, with what its text may mean on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from annotator.commands import linking
from annotator.domain.annotations import Span
from annotator.domain.knowledge import Match, Why
from annotator.domain.rules import quoted
from annotator.store import knowledge
from annotator.ui.choice import Option
from annotator.ui.choice_search import Found, SearchPopup
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import theme_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.ui.knowing import Knowing
    from annotator.ui.models.outline import OutlineModel
    from annotator.ui.panels.inspector import InspectorPanel
    from annotator.ui.workbench import Workbench

_LISTED = 50

_NONE = ""
"""What choosing "No link" brings."""


class Linking(QObject):
    """Asks which entry the focused span means, or the chosen spans, and links them.

    ``knowing`` holds the knowledge base; the inspector's button and the article's tips come to it through this controller.
    """

    def __init__(
        self, bench: Workbench, window: QWidget, knowing: Knowing, inspector: InspectorPanel, outline: OutlineModel
    ) -> None:
        super().__init__(window)
        self._bench, self._window, self._knowing = bench, window, knowing
        self._asked: tuple[int, tuple[str, ...]] = (0, ())
        self.popup: SearchPopup | None = None
        inspector.set_knowledge(knowing.entry, lambda: knowing.count > 0)
        inspector.linkRequested.connect(self.choose)
        self._outline = outline
        outline.set_link_name(knowing.name)
        bench.view.set_link_name(knowing.name)
        bench.documentOpened.connect(self._on_document_opened)
        knowing.changed.connect(self._on_known_changed)

    def choose(self) -> None:
        """Offer the entries that the focused span, or the chosen spans, may be linked to."""
        spans = self._spans()
        document = self._bench.document
        if document is None or not spans or self._bench.refuses_edits():
            return
        first = self._bench.span if self._bench.span in spans else spans[0]
        assert first is not None
        surface = first.surface(document.text)
        self._asked = document.set_id, tuple(span.id for span in spans)
        one = tr("Link {} to").format(quoted(surface, 40))
        title = one if len(spans) == 1 else tr("Link {} spans to").format(number(len(spans)))
        linked = sorted({span.kb_id for span in spans if span.kb_id})

        def look_up(typed: str) -> Found:
            return self._found(typed.strip(), surface, first.label, linked)

        placeholder = tr("Type a name or an id")
        theme = theme_of(self._window)
        rows = 5 if self._knowing.count else 2
        popup = self.popup = SearchPopup(title, look_up, theme, parent=self._window, placeholder=placeholder, rows=rows)
        popup.chosen.connect(self._on_chosen)
        popup.chosenAlong.connect(self._on_chosen_along)
        popup.show_under(self._bench.view, first.start)

    def _spans(self) -> list[Span]:
        document, span = self._bench.document, self._bench.span
        if document is None:
            return []
        chosen = [found for key in self._bench.view.chosen if (found := document.span(key)) is not None]
        return chosen or ([span] if span is not None else [])

    # What is listed

    def _found(self, typed: str, surface: str, label: str, linked: Sequence[str]) -> Found:
        session = self._bench.session
        if session is None:
            return Found(())
        connection = session.project.connection

        def look() -> list[Match]:
            if typed:
                return knowledge.search(connection, typed, label, _LISTED)
            return knowledge.candidates(connection, surface, label)

        matches = self._bench.attempt(look) or []
        options = [self._option(match, linked) for match in matches]
        here = {option.value for option in options}
        if not typed:
            options += [self._standing(kb_id) for kb_id in linked if kb_id not in here]
        # Enter alone changes no link
        current = 0 if typed else next((row for row, option in enumerate(options) if option.value in linked), 0)
        if linked and not typed:
            options.append(Option(tr("No link"), value=_NONE, icon="x"))
        if typed and typed not in here:
            options.append(self._unknown(typed))
            if not matches and self._knowing.count and not _like_an_id(typed):
                current = -1  # a name that is not found is hardly meant as an id
        return Found(tuple(options), current, self._hint(typed, found=bool(matches)))

    def _option(self, match: Match, linked: Sequence[str]) -> Option:
        entry, now = match.entry, match.entry.id in linked
        before = by_count(match.times, tr("linked {} time"), tr("linked {} times")) if match.times else ""
        aside, sign = (tr("linked now"), "check") if now else (before, "")
        if match.why is Why.LINKED and self._knowing.entry(entry.id) is None:
            return Option(entry.id, value=entry.id, aside=aside, icon=sign)
        other = "" if match.name.casefold() == entry.name.casefold() or match.why is Why.ID else quoted(match.name, 40)
        return Option(entry.name, value=entry.id, detail=_detail(entry.id, other, entry.description), aside=aside, icon=sign)

    def _standing(self, kb_id: str) -> Option:
        entry = self._knowing.entry(kb_id)
        aside = tr("linked now")
        if entry is None:
            return Option(kb_id, value=kb_id, aside=aside, icon="check")
        return Option(entry.name, value=kb_id, detail=_detail(kb_id, entry.description), aside=aside, icon="check")

    def _unknown(self, typed: str) -> Option:
        pattern = tr("Link to {} (not in the knowledge base)") if self._knowing.count else tr("Link to the id {}")
        return Option(pattern.format(quoted(typed, 40)), value=typed, icon="external-link")

    def _hint(self, typed: str, *, found: bool) -> str:
        if not self._knowing.count:
            return tr("Type an id.  Names to choose from: Project → Knowledge base…")
        if not found:
            return (
                tr("Nothing is found for it: ↓ and Enter take it for an id.")
                if typed
                else tr("Nothing is called so: type another name.")
            )
        return tr("Enter: link    Ctrl+Enter: the same text in this document, too")

    # What is chosen

    def _on_chosen(self, kb_id: str) -> None:
        self._link(kb_id, same_text=False)

    def _on_chosen_along(self, kb_id: str) -> None:
        self._link(kb_id, same_text=True)

    def _link(self, kb_id: str, *, same_text: bool) -> None:
        set_id, span_ids = self._asked
        document = self._bench.document
        if document is None or document.set_id != set_id:
            return
        done = self._bench.run(linking.link_spans(set_id, span_ids, kb_id, same_text=same_text))
        if done is None:
            return
        name = self._knowing.name(kb_id) or kb_id
        if kb_id:
            told = by_count(len(done), tr("Linked to {{name}}."), tr("{} spans are linked to {{name}} now.")).format(name=name)
        else:
            told = by_count(len(done), tr("The span is no longer linked."), tr("{} spans are no longer linked."))
        self._bench.tell(told)

    def _on_known_changed(self) -> None:
        """Name what has the focus, and what is listed, by the names there are now."""
        self._bench.following.wait()
        self._outline.set_link_name(self._knowing.name)

    def _on_document_opened(self) -> None:
        self._asked = 0, ()
        if self.popup is not None and isValid(self.popup):
            self.popup.close()


def _detail(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _like_an_id(typed: str) -> bool:
    return any(character.isdigit() for character in typed) and not any(character.isspace() for character in typed)
