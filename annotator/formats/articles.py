"""What the readers of articles share: the optional libraries, paragraphs of marked-up text, and records named after their file.

An article that is not plain text has no text of its own, only one that is made from it.  The rule is the same for all of them: a
paragraph, a heading, an item of a list and a row of a table are a line each, lines end in a line feed, cells are separated by a tab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Record
from annotator.errors import FormatError
from annotator.formats.files import refusal, safe_stem

MOST = 256 << 20
"""Most bytes of one file; the longest book has a hundredth of that without its pictures."""

_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_LINE = ("br", "lb")
_CELLS = ("td", "th", "cell")
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody"),
        *("tfoot", "thead", "tr", "ul"),
        # what trafilatura calls them
        *("head", "item", "list", "quote", "row"),
    )
)
UNSEEN = frozenset(
    (
        *(
            "script",
            "style",
            "noscript",
            "template",
            "head",
            "title",
            "svg",
            "iframe",
            "object",
            "embed",
            "audio",
            "video",
            "canvas",
        ),
        *("select", "textarea", "datalist", "button", "rp", "rt"),
    )
)
"""Elements of a page whose content is no text of it; of ruby the reading is left out."""


def library(module: str) -> Any:
    """Return a module of the optional libraries; raises ``FormatError`` that says how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = {"docx": "python-docx"}.get(module.partition(".")[0], module.partition(".")[0])
        raise FormatError(
            f"Reading this format needs the library {package}, which is not installed: pip install 'annotator[formats]'."
        ) from error


def content(path: Path) -> bytes:
    """Return the bytes of a file; raises ``FormatError`` if it cannot be opened, is no plain file or is larger than any article."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise refusal(path, error) from error
    if len(data) > MOST:
        raise FormatError(f"{path} is larger than {MOST >> 20} MB; no article is. Split it, or save its text alone.")
    return data


def article(path: Path, text: str, meta: Mapping[str, Any], part: int = 0) -> Record:
    """Return a document named after its file, with ``:part`` where a file holds several; empty metadata is left out."""
    name = safe_stem(path)
    kept = {key: storable(value) for key, value in meta.items() if isinstance(value, str) and value.strip()}
    return Record(f"{name}:{part}" if part else name, storable(text), kept, place=f"{path}:{part}" if part else str(path))


def storable(text: str) -> str:
    """Return a text with U+FFFD for each half of a character, which no file could hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def paragraphs(root: Any, unseen: frozenset[str] = UNSEEN) -> str:
    """Return the text below an element of lxml, by the rule of this module; white space counts as a browser counts it."""
    return "\n".join(line for line in _lines(root, unseen) if line.strip())


def _lines(root: Any, unseen: frozenset[str]) -> Iterator[str]:
    walk = library("lxml.etree").iterwalk(root, events=("start", "end", "comment", "pi"))
    cells: list[list[str]] = [[]]
    exact = 0
    for event, element in walk:
        tag = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        # trafilatura says code for what stands in a line, and, right below its root, for lines of a program
        code = tag == "code" and element.getparent() is root
        if tag in _BLOCKS or tag in _LINE or code:
            yield _line(cells, exact)
            cells = [[]]
        if tag == "pre" or code:
            exact += 1 if event == "start" else -1
        if tag in unseen and event == "start":
            walk.skip_subtree()
        elif event == "start":
            cells[-1].append(element.text or "")
        else:
            if tag in _CELLS and "".join(cells[-1]).strip():
                cells.append([])
            cells[-1].append(element.tail or "" if element is not root else "")
    yield _line(cells, exact)


def _line(cells: list[list[str]], exact: int) -> str:
    if exact:
        return "\n".join(line.rstrip() for line in "".join("".join(cell) for cell in cells).splitlines() if line.strip())
    return "\t".join(_SPACE.sub(" ", "".join(cell)).strip(" ") for cell in cells).rstrip("\t ")
