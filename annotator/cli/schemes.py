"""The verb for the label scheme of a project: shown, saved as a file, extended from one, its names changed with all annotations."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.output import opened, person, remark, say, say_json, shown_progress
from annotator.commands.previewing_labels import read_scheme
from annotator.commands.scheme_files import write_scheme
from annotator.commands.schemes import change_scheme
from annotator.domain.labels import LabelScheme, scheme_to_dict
from annotator.domain.rules import amount
from annotator.domain.scheme_draft import Draft, Entry, Fault, Finding, find_value, rename_value
from annotator.domain.scheme_edit import Part, names_of
from annotator.domain.scheme_values import ValueEntry
from annotator.errors import FormatError
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.store import relabelling
from annotator.store.project import Project
from annotator.store.relabelling import Use


@click.command("scheme")
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--export", "target", type=click.Path(path_type=Path), help="Save it as a file: .json, or .conf for brat's annotation.conf."
)
@click.option(
    "--import", "source", type=click.Path(path_type=Path),
    help="Take labels from a scheme file, brat's annotation.conf, a Label Studio .xml or doccano's list; nothing is deleted.",
)  # fmt: skip
@click.option(
    "--becomes", nargs=2, multiple=True, metavar="OLD NEW",
    help="Give a label, attribute or category another name; where NEW is there, the two become one.  spans:OLD says which is meant, "
    "ATTRIBUTE=OLD a value of an attribute.",
)  # fmt: skip
@click.option("--delete", "gone", multiple=True, metavar="NAME", help="Take a name out that nothing has.")
@click.option("--with-annotations", is_flag=True, help="With --delete: remove what has the name, too.")
@click.option("--annotator", help="Who the history says did it (default: you).")
@click.option("--json", "as_json", is_flag=True, help="Print the scheme as JSON.")
def scheme_verb(
    project: Path,
    target: Path | None,
    source: Path | None,
    becomes: tuple[tuple[str, str], ...],
    gone: tuple[str, ...],
    with_annotations: bool,
    annotator: str | None,
    as_json: bool,
) -> None:
    """Show the label scheme of PROJECT and how often each name is used; change it together with all annotations, as one step."""
    changing = source is not None or bool(becomes) or bool(gone)
    with opened(project, to_write=changing) as found:
        if changing:
            draft = Draft(found.scheme)
            if source is not None:
                draft.take(read_scheme(source))
            for old, new in becomes:
                _rename(draft, old, new.strip())
            for name in gone:
                _delete(draft, name, with_annotations=with_annotations)
            _must_be_sound(draft)
            with shown_progress() as progress:
                did = change_scheme(Session(found, person(Settings(), annotator)), draft.edit(), progress)
            remark(did.sentence())
        scheme = found.scheme
        if target is not None:
            lost = write_scheme(scheme, target)
            remark(f"The scheme was saved as {target}.")
            if lost:
                remark(f"Not kept there: {', '.join(lost)}.")
        elif as_json:
            say_json(scheme_to_dict(scheme))
        elif not changing:
            _show(found, scheme)


def _show(project: Project, scheme: LabelScheme) -> None:
    uses = relabelling.uses(project.connection)
    values = relabelling.value_uses(project.connection, [attribute.name for attribute in scheme.attributes if attribute.values])
    for part in Part:
        names = names_of(scheme, part)
        if names:
            say(f"{part.capitalize()}:")
        for name in names:
            say(f"  {name}  {_used(uses.get((part, name)))}")
            attribute = next((one for one in scheme.attributes if one.name == name), None) if part is Part.ATTRIBUTES else None
            for value in attribute.values if attribute is not None else ():
                say(f"    {name}={value}  {_used(values.get((name, value)))}")
    unknown = sorted(f"{name} ({part})" for part, name in uses if name not in names_of(scheme, part))
    if unknown:
        remark(f"Used, but not in the scheme: {', '.join(unknown)}.")


def _used(use: Use | None) -> str:
    return f"{use.items} in {amount(use.documents, 'document')}" if use is not None else "not used"


def _rename(draft: Draft, old: str, new: str) -> None:
    if not new:
        raise FormatError(f"“{old}” needs a new name; --delete takes it out.")
    found = _find_value(draft, old)
    if found is not None:
        rename_value(draft, *found, new)
        return
    part, entry = _find(draft, old)
    there = draft.find(part, new)
    if there is None:
        entry.name = new
    elif there is not entry:
        draft.merge(entry, there)


def _delete(draft: Draft, name: str, *, with_annotations: bool) -> None:
    found = _find_value(draft, name)
    if found is not None:
        draft.delete_value(*found, with_annotations=with_annotations)
        return
    _, entry = _find(draft, name)
    holders = draft.holders(entry)
    if holders:
        where = ", ".join(holder.name for holder in holders)
        raise FormatError(f"Only “{entry.name}” is allowed in {where}: without it everything would be. Change that first.")
    draft.delete(entry, with_annotations=with_annotations)


def _find_value(draft: Draft, name: str) -> tuple[Entry, ValueEntry] | None:
    """Return what ``ATTRIBUTE=VALUE`` means; None where it is the name of something else, or no value."""
    if any(draft.find(part, name) is not None for part in Part):
        return None
    attribute, _, value = name.removeprefix("attributes:").partition("=")
    try:
        return find_value(draft, attribute, value)
    except KeyError:
        return None


def _find(draft: Draft, name: str) -> tuple[Part, Entry]:
    """Return the entry that a name means, and its list; ``spans:NAME`` and the like say which, where there are several."""
    found = [(part, entry) for part in Part if (entry := draft.find(part, name)) is not None]
    prefix, _, rest = name.partition(":")
    if not found and prefix in set(Part):
        entry = draft.find(Part(prefix), rest)
        found = [] if entry is None else [(Part(prefix), entry)]
    if not found:
        raise FormatError(f"The scheme has no “{name}”.")
    if len(found) > 1:
        several = " and ".join(f"“{part}:{name}”" for part, _ in found)
        raise FormatError(f"“{name}” may mean {several}. Write it so.")
    return found[0]


def _must_be_sound(draft: Draft) -> None:
    for finding in draft.findings():
        raise FormatError(_sentence(finding))


def _sentence(found: Finding) -> str:
    name = found.entry.name
    return {
        Fault.NAMELESS: f"An entry of {found.part} has no name.",
        Fault.TWICE: f"“{name}” is there twice among the {found.part}.",
        Fault.VALUE: f"“{name}” has the value “{found.other}” twice." if found.other else f"“{name}” has a value without a name.",
        Fault.KEY: f"The key “{found.entry.key}” is given to “{name}” and “{found.other}”.",
        Fault.CODE: f"The short code of “{name}” has more than four characters.",
        Fault.COLOR: f"The colour of “{name}” is not one like “#1f77b4”.",
    }[found.fault]
