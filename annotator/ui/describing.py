"""Attributes and document categories by keyboard, from lists in the article; the categories stand in a strip above it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

from annotator.commands import describing, documents
from annotator.domain.annotations import Item, Relation, Span, open_categories
from annotator.domain.changes import ChangeSet, What
from annotator.domain.fuzzy import ranked
from annotator.domain.rules import quoted
from annotator.store import queries
from annotator.ui.choice import Option
from annotator.ui.choice_search import Found, SearchPopup
from annotator.ui.i18n import number, tr
from annotator.ui.panels.categories import CategoryStrip
from annotator.ui.panels.parts import theme_of

if TYPE_CHECKING:
    from annotator.domain.labels import AttributeDefinition
    from annotator.session.document import DocumentState
    from annotator.ui.workbench import Workbench


class Describing(QObject):
    """What is said of an item or of the document, chosen from what the label scheme has for it."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self.strip = CategoryStrip()
        self._offered: list[tuple[str, str]] = []
        self._asked: tuple[int, tuple[str, ...], tuple[str, ...]] = (0, (), ())
        self._popup: SearchPopup | None = None
        self.strip.toggled.connect(self.toggle_category)
        self.strip.moreRequested.connect(self.choose_categories)
        self._suggested: dict[str, str] = {}
        """The categories that models name for the open document and the person has not decided on, each with who names it.

        They are no part of the person's set before the document is marked done, or they are chosen.
        """
        bench.documentOpened.connect(self._show_categories)
        bench.changed.connect(self._on_changed)

    def above(self, article: QWidget) -> QWidget:
        """Return the article with the strip over it."""
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(article, 1)
        both.setFocusProxy(article)
        self.strip.hide()
        return both

    # Attributes

    def has_attributes(self) -> bool:
        """Tell whether there is an attribute for the focused item, or for all chosen spans."""
        items = self._items()
        return bool(items and self._offered_for(items))

    def choose_attribute(self) -> None:
        """Offer the values of the attributes that the focused item, or the chosen spans, may have."""
        document = self._bench.document
        items = self._items()
        if document is None or not items or self._bench.refuses_edits():
            return
        offered = self._offered_for(items)
        if not offered:
            labels = ", ".join(sorted({item.label for item in items}))
            self._bench.tell(tr("The label scheme has no attribute for {}.").format(labels))
            return
        spans = [item for item in items if isinstance(item, Span)]
        relations = [item.id for item in items if isinstance(item, Relation)]
        self._asked = document.set_id, tuple(span.id for span in spans), tuple(relations)
        if len(items) > 1:
            title = tr("Attributes of {} spans").format(number(len(items)))
        else:
            title = tr("Attributes of {}").format(quoted(spans[0].surface(document.text), 40) if spans else items[0].label)

        def look_up(typed: str) -> Found:
            return self._values(typed.strip(), offered, items)

        view = self._bench.view
        rows = min(8, max(3, sum(len(one.values) or 1 for one in offered)))
        popup = SearchPopup(
            title, look_up, theme_of(view), parent=view.window(), placeholder=tr("Type a value"), rows=rows, lines=1, width=340
        )
        popup.chosen.connect(self._on_value_chosen)
        popup.show_under(view, spans[0].start if spans else view.caret)

    def _items(self) -> list[Item]:
        document, view = self._bench.document, self._bench.view
        if document is None:
            return []
        chosen = [found for key in view.chosen if (found := document.span(key)) is not None]
        focused = self._bench.span or self._bench.relation
        return [*chosen] or ([focused] if focused is not None else [])

    def _offered_for(self, items: Sequence[Item]) -> list[AttributeDefinition]:
        document = self._bench.document
        attributes = document.scheme.attributes if document is not None else ()
        return [one for one in attributes if all(one.applies_to(item.label) for item in items)]

    def _values(self, typed: str, offered: Sequence[AttributeDefinition], items: Sequence[Item]) -> Found:
        self._offered = []
        options: list[Option] = []
        words = typed.casefold().split()
        for one in sorted(offered, key=lambda one: not one.values):  # any text fits a free one: what is to choose from comes first
            now = {item.attributes.get(one.name, "") for item in items}
            for value in one.values:
                if all(word in f"{one.name} {value}".casefold() for word in words):
                    there = now == {value}
                    aside = f"{one.name} · {tr('set now')}" if there else one.name
                    options.append(
                        self._offer(one.name, "" if there else value, Option(value, aside=aside, icon="check" if there else ""))
                    )
            if not one.values and typed:
                options.append(self._offer(one.name, typed, Option(quoted(typed, 60), aside=one.name, icon="pencil")))
            elif not one.values:
                text = next(iter(now)) if len(now) == 1 else ""
                shown = Option(str(text) if text else tr("Type a text"), aside=one.name, icon="pencil")
                options.append(self._offer(one.name, str(text), shown))
        return Found(
            tuple(options), 0, tr("Enter: set; what is set already is taken away") if options else tr("There is no such value.")
        )

    def _offer(self, name: str, value: str, option: Option) -> Option:
        self._offered.append((name, value))
        return replace(option, value=str(len(self._offered) - 1))

    def _on_value_chosen(self, place: str) -> None:
        set_id, span_ids, relation_ids = self._asked
        document = self._bench.document
        if document is None or document.set_id != set_id:
            return
        name, value = self._offered[int(place)]
        if self._bench.run(describing.set_attribute(set_id, span_ids, relation_ids, name, value)):
            self._bench.tell(f"{name}: {value}" if value else tr("{} is not set any more.").format(name))

    # Categories

    def choose_categories(self) -> None:
        """Offer the document's categories, to be set or taken away one by one."""
        document = self._bench.document
        if document is None or self._bench.refuses_edits():
            return
        if not _categories(document):
            self._bench.tell(tr("The label scheme has no document categories."))
            return

        def look_up(typed: str) -> Found:
            there = document.info.categories
            fitting = ranked(typed, _categories(document), lambda name: ((name, 1.0),))
            options = tuple(self._category_option(name, held=name in there) for name in fitting)
            hint = tr("Enter: set or take away    Ctrl+Enter: and choose another") if options else tr("There is no such category.")
            return Found(options, 0, hint)

        rows = min(8, max(3, len(_categories(document))))
        view, title = self._bench.view, tr("Categories of the document")
        popup = SearchPopup(
            title, look_up, theme_of(view), parent=view.window(), placeholder=tr("Type a name"), rows=rows, lines=1, width=340
        )
        self._popup = popup
        popup.stays = True
        popup.chosen.connect(self.toggle_category)
        popup.chosenAlong.connect(self._on_chosen_along)
        popup.pop_up(view.mapToGlobal(QPoint(view.width() // 4, 0)))

    def _category_option(self, name: str, *, held: bool) -> Option:
        by = self._suggested.get(name, "")
        aside = tr("set now") if held else tr("Suggested by {}").format(by) if by else ""
        return Option(name, icon="check" if held else "sparkles" if by else "", aside=aside)

    def toggle_category(self, name: str) -> None:
        """Say that a category holds, or no longer."""
        document = self._bench.document
        if document is None or self._bench.refuses_edits():
            self._show_categories()
            return
        there = document.info.categories
        wanted = tuple(one for one in there if one != name) if name in there else (*there, name)
        self._bench.run(documents.set_categories(document.set_id, wanted))
        self._show_categories()  # a refused one must not look as if it held

    def _on_chosen_along(self, name: str) -> None:
        self.toggle_category(name)
        if self._popup is not None:
            self._popup.look_again()

    def _look_up_suggested(self) -> None:
        session, document = self._bench.session, self._bench.document
        self._suggested = {}
        if session is None or document is None or not document.scheme.categories:
            return
        connection, known, info = session.project.connection, document.scheme.categories, document.info
        found = self._bench.attempt(
            lambda: (
                [other for _, other in queries.set_ids(connection, document.document.id)],
                {verdict.signature for verdict in queries.verdicts(connection, document.set_id)},
            )
        )
        if found is not None:
            self._suggested = open_categories(known, info, found[1], found[0])

    def _show_categories(self) -> None:
        document = self._bench.document
        if document is None:
            self.strip.hide()
            return
        self._look_up_suggested()
        names = _categories(document)
        self.strip.show_categories(names, document.info.categories, editable=not document.read_only, suggested=self._suggested)
        self.strip.setVisible(bool(names))

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.bulk or any(change.what in (What.SET, What.SCHEME) for change in changes.changes):  # a run brings whole sets
            self._show_categories()


def _categories(document: DocumentState) -> tuple[str, ...]:
    """Return the scheme's categories, and what else the person's set has: an import may have brought it."""
    return tuple(dict.fromkeys((*document.scheme.categories, *document.info.categories)))
