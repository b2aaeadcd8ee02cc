"""Articles with their annotations written into the text: tags in angle brackets, and SACR's braces for coreference.

Tags
    ``<PERSON>Ani</PERSON>``: the name of the tag is the label.  ``<ENAMEX TYPE="PERSON">``, as in the MUC corpora, and its kin
    (``inline_tags_markup.GENERIC``) have the label in ``TYPE``.  Other attributes of a tag are attributes of the span; ``ID`` is its
    id, and ``REF`` a relation from it to the span with that id, called after ``TYPE`` or else COREF.  Tags may nest and cross.  The tags
    of a document's parts (``STRUCTURE``) are no labels and are taken away, ``<DOC>`` begins a document and ``<DOCID>`` names it.  A tag
    without its partner stays in the text, and is named; a "<" that begins no tag stays as well.
Character references
    ``&amp;``, ``&#233;`` and the like become the character they mean; a bare "&" and what is no such name stays.
SACR
    ``{M1:type="person" mention}`` is a span called MENTION, or what the property named by the option ``label`` says.  Its properties are
    its attributes.  **Chains** are both: the attribute ``chain`` has the name, and a relation COREF leads from each mention to the one
    before it in its chain, so that a chain can be followed and edited, and a mention alone keeps its name.  Braces of several chains
    around the same words are one span of all those chains, unless their properties differ.  Lines that begin with # hold settings of
    SACR, which are left out, or comments, which become metadata.

The text is what is left when the markup is gone, otherwise exact.  A file is one document, or as many as it has ``<DOC>``; with the option
``documents`` each of its lines is one (line) or it is one whatever it holds (file).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats.conll_plan import chosen
from annotator.formats.inline_tags_markup import TAG, Reading, read_tags
from annotator.formats.inline_tags_sacr import read_sacr
from annotator.formats.text_files import read as read_text

OPTIONS = {"markup": ("auto", "tags", "sacr"), "documents": ("auto", "file", "line")}

_SETTING = re.compile(r"^#(?:TOKENIZATION-TYPE|COLOR|ADDITIONAL_?TOKEN|TEXT_?ID|TITLE):", re.MULTILINE | re.IGNORECASE)
_PROPERTY = re.compile(r"\{\w{1,99}:\w{1,99}=[\"\w]")
_MENTION = re.compile(r"\{[A-Za-z]\w{0,99}[: ][^{}\n]{1,999}\}")


def read(
    path: Path,
    defaults: ReadDefaults,
    *,
    encoding: str = "",
    tags: str = "",
    label: str = "",
    markup: str = "auto",
    documents: str = "auto",
) -> Iterator[Record | Complaint]:
    """Read the documents of a file.

    ``tags`` names the tags to take, with commas between them; others then stay in the text as they are.  Raises ``FormatError`` at once
    if the file cannot be opened or there is no such encoding.
    """
    choices = chosen({"markup": markup, "documents": documents}, OPTIONS, "inline-tags")
    wanted = frozenset(name for part in tags.split(",") if (name := part.strip()))
    reading = Reading(path, defaults, wanted, choices["documents"], label)
    return _read(read_text(path, defaults, encoding=encoding or None), reading, choices["markup"])


def _read(found: Iterator[Record | Complaint], reading: Reading, markup: str) -> Iterator[Record | Complaint]:
    for item in found:
        if isinstance(item, Complaint):
            yield item
            continue
        sacr = markup == "sacr" or (markup == "auto" and _looks_like_sacr(item.text))
        yield from (read_sacr if sacr else read_tags)(item, reading)


def _looks_like_sacr(text: str) -> bool:
    if _SETTING.search(text) or _PROPERTY.search(text):
        return True
    return bool(_MENTION.search(text)) and not TAG.search(text)
