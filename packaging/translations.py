"""Every text of the program that wants a translation, and what the catalogues lack.

``python packaging/translations.py --missing`` lists, for each language, texts without translation and translations whose text is gone,
as JSON lines that can be filled in; without the option it tells how many there are.  The texts are found in the syntax trees of
``annotator/``: the arguments of ``tr``, the cells of the tables whose words the window translates where it shows them, the names of
steps, and the sentences of errors raised below the window.  A translation file is described in ``annotator/ui/catalogue.py``.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TABLES: dict[str, tuple[int | str, ...]] = {
    "Action": (2,),
    "Setting": (3, 4),
    "Format": ("title", "carries"),
    "SuggesterKind": (1, 2),
    "Profile": (1, 2),
    "start": (0,),
}
"""Which arguments of which calls are words: by position, or by keyword.  ``start`` is that of ``Progress``."""

STEPS = frozenset(("Command", "transaction", "begin_step", "_in_one_step"))
"""Calls whose first text is a step's name and whose next text is what stands in its hole."""

WORD_TABLES = {
    "setting_fields.py": ("ZERO_WORDS", "UNITS"),
    "export_options.py": ("_CAPTIONS", "_VALUES"),
    "preferences.py": ("GROUPS",),
    "suggesting.py": ("CHOSEN", "NO_LABEL", "UNSURE", "MISPLACED", "NOT_ALLOWED"),
}
"""Constants of modules that hold words: a text, the values of a mapping, the first of each row of a tuple."""

WORD_KEYS = {"scheme_files.py": ("lost",)}
"""Mappings whose keys are the words."""

ENUMS = {"actions.py": ("Section",)}
"""Enumerations whose values are shown, as they are."""

SAYING = ("commands", "domain", "errors.py", "jobs", "nlp", "paths.py", "session", "settings", "store")
"""Where sentences are said that reach the window as errors, problems or reasons."""

REPORTING = frozenset(
    f"commands/{name}.py"
    for name in (
        "aligning",
        "backups",
        "checking",
        "exporting",
        "import_reports",
        "merging",
        "previewing",
        "repairing",
        "training",
        "training_place",
    )
) | {"domain/exchange.py", "domain/mending.py", "store/salvage_report.py"}
"""Modules whose sentences are lines of reports, as are all of ``formats``: what was not kept, left out, mended.  Reports that leave the
program are in English, for engineers and other programs; the window shows them in its own language.  Here parts of sentences are
looked for, too: reasons, and what comes before and behind them."""

OF_OTHERS = (
    "unexpected end of data",
    "unexpected character",
    "unexpected character, expected {}",
    "unexpected control character in string",
    "invalid escape in string",
    "invalid escaped sequence in string",
    "no low surrogate in string",
    "no digit after decimal point",
    "no digit after exponent sign",
    "no digit after sign",
    "trailing comma is not allowed",
    "number is infinity when parsed as double",
    "Expecting value",
    "Expecting property name enclosed in double quotes",
    "Expecting {} delimiter",
    "Extra data",
    "Invalid control character",
    "mismatched tag",
    "no element found",
    "syntax error",
    "not well-formed (invalid token)",
    "File is not a zip file",
)
"""What libraries that read files say most often, behind a sentence of ours; all else that they say is shown as they say it."""

REASONING = frozenset(
    f"{module}.py"
    for module in ("commands/export_choice", "domain/text", "store/salvage", "store/salvage_suggesters", "store/salvage_tables")
)
"""Modules that say why, for others to put into sentences: what they return, name ``reason`` or as a constant, or hand on."""

WRITING = frozenset(
    f"formats/{name}.py"
    for name in (
        "brat_colors",
        "html_page_style",
        "html_page_write",
        "huggingface_card",
        "huggingface_yaml",
        "jsonl_canonical",
        "knowledge_files",
    )
)
"""Modules of formats whose texts with blanks stand in files, but for whole sentences."""

NOT_SAID = frozenset(
    (
        "Hugging Face",
        "Label Studio",
        "# Annotated articles",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        "in progress",
        "{} would {}",
        "{}: the document would {}",
        "{} rescued{}{}",
        "annotation set",
        "come back",
        "{}: python -m spacy project run all, or: python -m spacy train config.cfg --output model",
        "“{}” as {}",
        "{} and {}",
        'name={} toName="{}" perRegion="true"{}',
        "{}, one for each document and annotation set, exported from a project of Annotator.",
        ", Value:{}",
        "user {}",
        "{}: document {}",
        "“”‘’„‚–—…•€£«»‹›°ºª§©®™·¿¡´ ŠšŽžŒœŸ",
    )
)
"""Texts of reporting modules with blanks in them that no person is told: keys, what libraries say, what stands in files."""

SINGLE = frozenset(
    (
        "and",
        "annotator",
        "attribute",
        "attributes",
        "categories",
        "confidence",
        "document",
        "documents",
        "exported",
        "item",
        "items",
        "fails",
        "feature",
        "flag",
        "fragments",
        "head",
        "kb_id",
        "label",
        "meta",
        "missing",
        "modification",
        "name",
        "note",
        "number",
        "origin",
        "reading",
        "reference",
        "relation",
        "relations",
        "reviewed",
        "set",
        "span",
        "spans",
        "status",
        "step",
        "tail",
        "text",
        "tokens",
        "type",
        "warns",
        "writing",
    )
)
"""Single words that stand in sentences of reports as parts of them."""

_LEAST_WORDS = 10
"""Letters that a template must have outside its holes: with fewer, it would fit sentences that it was not meant for."""

_NO_SAYING = frozenset(
    ("compile", "debug", "info", "warning", "exception", "startswith", "endswith", "split", "Format", "joined", *STEPS, "start")
)
"""Calls whose texts are not for a report: patterns, lines of the log, names of steps and formats."""

_REASON = re.compile("reason|[A-Z_]+")

_PROSE = re.compile(r"(?!#|“[^”]*”$)(?:[^\t\n\\<>`]|<tab>)+")
"""What stands in a sentence; signs of files and patterns do not."""

_HOLE = re.compile(r"\{\d*[!#?-]?\}")
"""A hole of a sentence with its number and mark in a translation; ``annotator/ui/sentences.py`` says what they mean."""

_MEMBERS = re.compile(r"\{\{[^{}]*\}\}|\{[^{}]*\}")


@dataclass
class Texts:
    """What was found: each text with the place where it first stands."""

    texts: dict[str, str] = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)
    unsound: list[str] = field(default_factory=list)
    """Places where ``tr`` is given what cannot be translated: an f-string."""


def strings(node: ast.expr | None) -> Iterator[str]:
    """Yield the literal texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from strings(value)


def template(node: ast.expr) -> str | None:
    """Return a literal text or an f-string with ``{}`` in its holes; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _private(call: ast.Call) -> bool:
    return any(word.arg == "private" for word in call.keywords)


def _from_call(call: ast.Call, place: str, found: Texts) -> Iterator[str]:
    name = _name(call)
    if name == "tr" and call.args:
        if isinstance(call.args[0], ast.JoinedStr) and not ast.unparse(call.args[0]).startswith("f'&{"):
            found.unsound.append(place)
        yield from strings(call.args[0])
    elif name in TABLES and not _private(call):
        for where in TABLES[name]:
            if isinstance(where, int) and where < len(call.args):
                yield from strings(call.args[where])
            yield from (text for word in call.keywords if word.arg == where for text in strings(word.value))
    elif name in STEPS and call.args:
        details = [text for argument in call.args[1:] for text in strings(argument)]
        for text in strings(call.args[0]):
            yield text
            yield from (text.format(detail) for detail in details if "{}" in text)
    elif name == "begin":  # the same below the project: ``journal.begin``
        yield from (text for word in call.keywords if word.arg == "text" for text in strings(word.value))


def _from_constant(statement: ast.AST, names: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the words of a text, of a mapping (its values or its keys) or of a tuple of rows (the first of each)."""
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    if not any(isinstance(target, ast.Name) and target.id in names + keys for target in targets):
        return
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    yield from strings(value)
    if isinstance(value, ast.Dict) and keys:
        yield from (text for entry in value.keys for text in strings(entry))
    elif isinstance(value, ast.Dict):
        yield from (text for entry in value.values for text in strings(entry))
    elif isinstance(value, ast.Tuple):
        yield from (text for row in value.elts if isinstance(row, ast.Tuple) for text in strings(row.elts[0]))


def _from_enum(statement: ast.AST, names: tuple[str, ...]) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef) and statement.name in names:
        values = [text for line in statement.body if isinstance(line, ast.Assign) for text in strings(line.value)]
        yield from values
        yield from (f"&{text}" for text in values)  # as a menu's title, where the letter after & opens it


def _said(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what looks like a sentence for a person: it begins with a capital or a value, has several words, and ends with a stop."""
    inside: set[int] = set()
    raised: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))  # a docstring
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            raised.update(id(argument) for argument in node.exc.args)
    for node in ast.walk(tree):
        if id(node) in inside or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = (template(node) or "").strip()
        if (text.endswith(".") or id(node) in raised) and " " in text and (text[0].isupper() or text[0] in "{“") and _telling(text):
            yield text, node.lineno


def _reported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the parts of sentences that a module of reports puts together: every text of several words that is no sentence itself.

    Left aside are docstrings, what is looked for or written (operands of ``in``, arguments of the calls in ``_NO_SAYING``), and texts
    that are no prose by their signs.
    """
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            aside.update(id(part) for part in node.values)
        elif isinstance(node, ast.Compare):
            aside.update(id(side) for side in (node.left, *node.comparators))
        elif isinstance(node, ast.Call) and _name(node) in _NO_SAYING:
            aside.update(id(part) for argument in (*node.args, *node.keywords) for part in ast.walk(argument))
    for node in ast.walk(tree):
        if id(node) not in aside and isinstance(node, ast.Constant | ast.JoinedStr):
            text = (template(node) or "").strip().lstrip(",;: ")
            if text in SINGLE or (" " in text and _PROSE.fullmatch(text) and re.search(r"[^\W\d_]{2}", text)):
                yield text, node.lineno


def _reasons(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the reasons of a module that gives them to others: they begin with a small letter, a bracket or a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in SINGLE:
            yield str(node.value), node.lineno
        given: list[ast.expr | None] = []
        if isinstance(node, ast.Return) or (isinstance(node, ast.Assign) and any(map(_is_reason, node.targets))):
            given = [node.value]
        elif isinstance(node, ast.Call) and _name(node) in ("_miss", "_leave_out"):
            given = [*node.args]
        for value in given:
            for branch in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                text = template(branch) if branch is not None else None
                if text and " " in text and text[0] in "({“abcdefghijklmnopqrstuvwxyz" and _PROSE.fullmatch(text):
                    yield text, branch.lineno if branch is not None else 0


def _is_reason(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and _REASON.fullmatch(target.id) is not None


def _amounts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what ``amount`` makes of the nouns it is given: a number and the noun, for one and for many."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "amount" and len(node.args) == 2:
            for noun in strings(node.args[1]):
                yield f"{{}} {noun}", node.lineno
                yield f"{{}} {noun}s", node.lineno


def _telling(template: str) -> bool:
    """Whether a sentence can be recognised by its template: two values side by side would leave open where one ends."""
    own = sum(letter.isalpha() for letter in _MEMBERS.sub("", template))
    return "{}{}" not in template and not template.startswith("{} {}") and (own >= _LEAST_WORDS or "{}" not in template)


def collect(root: Path = ROOT / "annotator") -> Texts:
    """Find all texts of the program."""
    found = Texts()
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(root)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                place = f"{where}:{node.lineno}"
                for text in _from_call(node, place, found):
                    found.texts.setdefault(text, place)
            words = _from_constant(node, WORD_TABLES.get(path.name, ()), WORD_KEYS.get(path.name, ()))
            for text in (*words, *_from_enum(node, ENUMS.get(path.name, ()))):
                found.texts.setdefault(text, str(where))
        for text, line in ((text, line) for text, line in _of_sentences(tree, where) if text not in NOT_SAID):
            found.sentences.setdefault(text, f"{where}:{line}")
    found.texts = {text: place for text, place in found.texts.items() if re.search(r"[^\W\d_]", _MEMBERS.sub("", text))}
    found.sentences = {text: place for text, place in found.sentences.items() if text not in found.texts or "{}" in text}
    return found


def _of_sentences(tree: ast.Module, where: Path) -> Iterator[tuple[str, int]]:
    reporting = where.as_posix() in REPORTING or where.parts[0] == "formats"
    if where.parts[0] in SAYING or reporting:
        yield from _said(tree)
        yield from _amounts(tree)
    if where.as_posix() == "formats/json_items.py":
        yield from ((text, 0) for text in OF_OTHERS)
    if where.as_posix() in REASONING:
        yield from _reasons(tree)
    if reporting and where.as_posix() not in WRITING:
        yield from _reported(tree)


def catalogues() -> dict[str, dict[str, dict[str, str]]]:
    """Return the catalogues of the program by language."""
    folder = ROOT / "resources" / "translations"
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def lacking(found: Texts, catalogue: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the texts without translation, by section, with the place of each."""
    return {
        section: {text: place for text, place in getattr(found, section).items() if not catalogue[section].get(text)}
        for section in ("texts", "sentences")
    }


def stale(found: Texts, catalogue: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Return the translations whose text is not in the program any more, by section."""
    return {
        section: [text for text in catalogue[section] if text not in getattr(found, section)] for section in ("texts", "sentences")
    }


def holes(text: str) -> list[str]:
    """Return the placeholders of a text, sorted; ``{0}``, ``{1?}`` and ``{!}`` count as ``{}``: a translation turns round and marks."""
    return sorted("{}" if _HOLE.fullmatch(member) else member for member in _MEMBERS.findall(text))


def main() -> int:
    """Tell how complete the catalogues are; the exit status is 1 where something is missing or stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="list what is missing and what is stale")
    options = parser.parse_args()
    found = collect()
    sys.stdout.write(f"{len(found.texts)} texts, {len(found.sentences)} sentences\n")
    wrong = 0
    for language, catalogue in catalogues().items():
        missing, gone = lacking(found, catalogue), stale(found, catalogue)
        counts = ", ".join(f"{section}: {len(missing[section])} missing, {len(gone[section])} stale" for section in missing)
        sys.stdout.write(f"{language}: {counts}\n")
        wrong += sum(map(len, missing.values())) + sum(map(len, gone.values()))
        if options.missing:
            for section, texts in missing.items():
                for text, place in texts.items():
                    sys.stdout.write(f'{section} {place}\n  {json.dumps(text, ensure_ascii=False)}: "",\n')
                for text in gone[section]:
                    sys.stdout.write(f"{section} stale\n  {json.dumps(text, ensure_ascii=False)}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
