"""Changing the label scheme together with everything labelled by it, in the whole project, as one step that one undo takes back.

Labels change in every annotation set, the models' too, and so do remembered rejections: a suggestion that was rejected stays so under
its new name.  Where two spans of one set become the same, one of them goes on (``joining`` says with what); ``Relabelled`` counts that.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from annotator.commands.command import Command
from annotator.commands.joining import Joining
from annotator.commands.searching import Host
from annotator.domain.annotations import WHOLE_DOCUMENT, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Lane, What
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.renamings import Renaming
from annotator.domain.rules import amount, quoted
from annotator.domain.scheme_edit import GONE, Part, SchemeEdit, names_of
from annotator.domain.scheme_values import LOST, value_made, value_texts
from annotator.errors import AnnotatorError, Refused, UndoRefused
from annotator.store import relabelling
from annotator.store.relabelling import Found
from annotator.store.rows import scheme_text, text_scheme
from annotator.store.transaction import Transaction

_KINDS = ((Part.RELATIONS, What.RELATION), (Part.SPANS, What.SPAN))
"""Relations first: where spans become one, their relations have their new labels already."""


@dataclass(slots=True)
class Relabelled:
    """What became of the annotations.

    ``joined`` counts spans and relations that went because another one came to say the same (``joining`` says what that one takes over).
    """

    spans: int = 0
    relations: int = 0
    attributes: int = 0
    categories: int = 0
    removed_spans: int = 0
    removed_relations: int = 0
    joined: int = 0

    def add(self, other: Relabelled) -> None:
        """Add what a further piece did."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def sentence(self) -> str:
        """Say it in English."""
        counts = ((self.spans, "span"), (self.relations, "relation"), (self.attributes, "attribute"))
        told = [f"{amount(count, what)} changed" for count, what in counts if count]
        if self.categories:
            told.append(f"categories of {amount(self.categories, 'annotation set')} changed")
        removed = ((self.removed_spans, "span"), (self.removed_relations, "relation"))
        told += [f"{amount(count, what)} removed" for count, what in removed if count]
        if self.joined:
            told.append(f"{self.joined} joined with others that say the same")
        return "The label scheme was changed" + (f": {', '.join(told)}." if told else "; no annotation had to be.")


def change_scheme(host: Host, edit: SchemeEdit, progress: Progress | None = None) -> Relabelled:
    """Change the scheme and all annotations as one step; an error or a cancel takes all of it back.

    Raises ``Refused`` where a name would go that annotations have.  ``SchemeStep`` is the same for a window.
    """
    progress = progress or Progress()
    with SchemeStep(host, edit) as step:
        progress.start("Changing annotations", step.total)
        while step.go_on():
            progress.advance(step.done - progress.done)
    return step.did


class SchemeStep:
    """The step of one change of the scheme, as a context: left normally it is finished, left by an exception it is taken back.

    ``go_on`` does a piece of about ``size`` items; nothing else may be edited between the pieces.  ``total`` is how many spans and
    relations there are to change, ``done`` how many were.  ``kept`` says, after an exception, why it could not be taken back.
    """

    def __init__(self, host: Host, edit: SchemeEdit) -> None:
        self._host, self._edit = host, edit
        self._step_id = 0
        self._pieces: Iterator[Command] = iter(())
        self.size = 2_000
        self.total = 0
        self.done = 0
        self.did = Relabelled()
        self.kept = ""

    def __enter__(self) -> SchemeStep:
        host, edit = self._host, self._edit
        self.total = _must_be_possible(host, edit)
        first = _put_scheme(edit)
        self._step_id = host.project.begin_step(first.text, first.detail, actor=host.annotator, lane=Lane.EDIT)
        try:
            host.execute(first, step_id=self._step_id)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        self._pieces = self._commands()
        return self

    def go_on(self) -> bool:
        """Change some more; False when there is nothing left."""
        command = next(self._pieces, None)
        if command is None:
            return False
        self.did.add(self._host.execute(command, step_id=self._step_id))
        return True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._pieces = iter(())
        if kind is not None:
            try:
                self._host.undo_step(self._step_id)
            except UndoRefused as refusal:
                self.kept = f"The change stopped before its end. What it had done was kept: {refusal}"
            except AnnotatorError as failure:
                self.kept = self._host.leave_open(self._step_id, failure)
                return
        self._host.project.finish_step(self._step_id)

    def _commands(self) -> Iterator[Command]:
        edit, connection, size = self._edit, self._host.project.connection, lambda: self.size
        for part, what in _KINDS:
            names = edit.renamed(part)
            if names:
                joins = _may_join(self._host, edit, part)
                for page in relabelling.labelled(connection, what, list(names), size):
                    yield _named(edit, _relabel(page, names, joins=joins, scheme=edit.scheme))
                    self.done += len(page)
        yield from self._verdicts()
        looked_for = dict.fromkeys(_attributes_of(edit))
        for _, what in _KINDS if looked_for else ():
            for page in relabelling.with_attributes(connection, what, list(looked_for)):
                yield _named(edit, _put_attributes(page, edit))
        names, open_names = edit.renamed(Part.CATEGORIES), edit.left_open(Part.CATEGORIES)
        if names or open_names:
            for sets in relabelling.with_categories(connection, [*names, *open_names]):
                yield _named(edit, _put_categories(sets, names, open_names))

    def _verdicts(self) -> Iterator[Command]:
        parts = (Part.SPANS, Part.RELATIONS, Part.CATEGORIES)
        named = {part: {old: new for old, new in self._edit.renamed(part).items() if new != GONE} for part in parts}
        if any(named.values()):
            for page in relabelling.rejected(self._host.project.connection, [old for names in named.values() for old in names]):
                yield _named(self._edit, _put_verdicts(page, named))


def _must_be_possible(host: Host, edit: SchemeEdit) -> int:
    """Refuse an edit of another scheme, or one that leaves annotations without a label; return how many items it changes.

    Raises ``FormatError``, too, for a scheme that would not read back.
    """
    if host.project.scheme != edit.before:
        raise Refused("The label scheme was changed meanwhile. Close the editor and open it again.")
    try:
        text_scheme(scheme_text(edit.scheme))
    except (TypeError, ValueError) as error:  # lone surrogates
        raise Refused(f"This label scheme cannot be saved: {error}.") from error
    with host.project.reading():
        there = relabelling.label_uses(host.project.connection)
    for part, what in _KINDS:
        for name in edit.left_open(part):
            use = there.get((part, name))
            if use is not None:
                raise Refused(
                    f"The label {quoted(name)} has {amount(use.items, what.value)}. Say what becomes of them: another label, or nothing."
                )
    return sum(use.items for (part, name), use in there.items() if name in edit.renamed(part))


def _named(edit: SchemeEdit, run: Callable[[Transaction], Any]) -> Command:
    """Return a command of the step, called by what the edit does to the one name or value it changes, where it is one."""
    named = [(old, new) for part in Part for old, new in edit.renamed(part).items()]
    valued = [(name, old, new) for name, told in edit.values.items() for old, new in told.items() if old != new]
    if len(valued) == 1 and not named:
        ((name, old, new),) = valued
        if new == GONE:
            return Command("Delete the value {}", run, f"{name}={old}")
        return Command("Rename or merge {}", run, f"{name}={old} → {new}")
    if len(named) == 1 and not valued:
        ((old, new),) = named
        if new == GONE:
            return Command("Delete {} with all annotations", run, old)
        return Command("Rename or merge {}", run, f"{old} → {new}")
    return Command("Change the label scheme", run)


def _put_scheme(edit: SchemeEdit) -> Command:
    return _named(edit, lambda tx: tx.put_scheme(replace(edit.scheme, renamings=(*tx.scheme.renamings, *_renaming(edit)))))


def _renaming(edit: SchemeEdit) -> Iterator[Renaming]:
    """Yield what becomes of names, where something does; what others become part of stands for itself."""
    told = {str(part): _with_joined(edit.renamed(part), names_of(edit.before, part)) for part in Part}
    lists = {attribute.name: attribute.values for attribute in edit.before.attributes}
    changed = {name: {old: new for old, new in values.items() if old != new} for name, values in edit.values.items()}
    values = {name: _with_joined(names, lists.get(name, ())) for name, names in changed.items() if names}
    if values or any(told.values()):
        yield Renaming(datetime.now(UTC).isoformat(timespec="milliseconds"), **told, values=values)


def _with_joined(names: Mapping[str, str], there: Iterable[str]) -> dict[str, str]:
    return {name: name for name in there if name not in names and name in names.values()} | dict(names)


def _may_join(host: Host, edit: SchemeEdit, part: Part) -> bool:
    """Tell whether an item may come to say the same as another: only a name that nothing had before rules that out."""
    new = [name for name in edit.renamed(part).values() if name != GONE]
    if len(set(new)) < len(new):
        return True
    with host.project.reading():
        there = relabelling.label_uses(host.project.connection)
    return any((part, name) in there for name in new)


def _relabel(page: Found, names: Mapping[str, str], *, joins: bool, scheme: LabelScheme) -> Callable[[Transaction], Relabelled]:
    def run(tx: Transaction) -> Relabelled:
        did = Relabelled()
        joining = Joining(tx, scheme)
        for set_id, item in page:
            new = names[item.label]
            if new == GONE:
                joining.remove(set_id, item)
            elif not joins:
                tx.put(set_id, replace(item, label=new))
                joining.changed(item)
            else:
                joining.relabel(set_id, item, names)
        did.spans, did.relations = joining.spans, joining.relations
        did.removed_spans, did.removed_relations, did.joined = joining.removed_spans, joining.removed_relations, joining.joined
        return did

    return run


def _put_verdicts(page: list[tuple[int, Verdict]], named: Mapping[Part, Mapping[str, str]]) -> Callable[[Transaction], Relabelled]:
    def run(tx: Transaction) -> Relabelled:
        moved: list[tuple[int, Verdict]] = []
        for set_id, verdict in page:
            label, _, place = verdict.signature.rpartition("@")
            new = named[Part.CATEGORIES if place == WHOLE_DOCUMENT else Part.RELATIONS if ">" in place else Part.SPANS].get(label)
            if new:
                tx.remove(set_id, verdict)
                moved.append((set_id, replace(verdict, signature=f"{new}@{place}")))
        for set_id, verdict in moved:  # afterwards: two labels may swap their names
            tx.put(set_id, verdict)
        return Relabelled()

    return run


def _attributes_of(edit: SchemeEdit) -> Iterator[str]:
    """Yield the names of attributes that annotations may have to lose or change, or must not have."""
    yield from edit.renamed(Part.ATTRIBUTES)
    yield from edit.left_open(Part.ATTRIBUTES)
    yield from edit.values_left_open()
    yield from (name for name, told in edit.values.items() if any(old != new for old, new in told.items()))


def _put_attributes(page: Found, edit: SchemeEdit) -> Callable[[Transaction], Relabelled]:
    names, forbidden, values = edit.renamed(Part.ATTRIBUTES), edit.left_open(Part.ATTRIBUTES), edit.values_left_open()

    def run(tx: Transaction) -> Relabelled:
        did = Relabelled()
        for set_id, item in page:
            unsaid = _first(forbidden, item.attributes)
            if unsaid is not None:
                raise Refused(f"The attribute {quoted(unsaid)} is in use. Say what becomes of it: another one, or nothing.")
            for name in values.keys() & item.attributes.keys():
                unsaid = _first(value_texts(item.attributes[name]), values[name])
                if unsaid is not None:
                    value = quoted(f"{name}={unsaid}")
                    raise Refused(f"The value {value} is in use. Say what becomes of it: another one, or nothing.")
            changed = _with_attributes(item, names, edit.values)
            if changed != item:
                tx.put(set_id, changed)
                did.attributes += 1
        return did

    return run


def _with_attributes(item: Span | Relation, names: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> Span | Relation:
    """Return an item whose attributes and values have their new names.

    Of two different values under one name the later one goes into the note.
    """
    made = {name: value_made(value, values.get(name, {})) for name, value in item.attributes.items()}
    made = {name: value for name, value in made.items() if value is not LOST}
    kept = {name: value for name, value in made.items() if name not in names}
    beside: list[str] = []
    for old, value in made.items():
        new = names.get(old, GONE)
        if new != GONE and kept.setdefault(new, value) != value:
            beside.append(f"{new}: {value}")
    return replace(item, attributes=kept, note="\n".join(filter(None, (item.note, *beside))))


def _put_categories(
    page: list[tuple[int, SetInfo]], names: Mapping[str, str], forbidden: tuple[str, ...]
) -> Callable[[Transaction], Relabelled]:
    def run(tx: Transaction) -> Relabelled:
        for set_id, info in page:
            unsaid = _first(forbidden, info.categories)
            if unsaid is not None:
                raise Refused(f"The category {quoted(unsaid)} is in use. Say what becomes of it: another one, or nothing.")
            named = (names.get(name, name) for name in info.categories)
            tx.put_set(set_id, replace(info, categories=tuple(dict.fromkeys(name for name in named if name != GONE))))
        return Relabelled(categories=len(page))

    return run


def _first(forbidden: Iterable[str], had: Container[str]) -> str | None:
    return next((name for name in forbidden if name in had), None)
