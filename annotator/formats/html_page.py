"""A page to read and to hand on: one HTML file with all documents, their spans as coloured marks and their relations in a list.

It needs no script and no network (a policy in the page forbids both), follows the reader's choice of light or dark, sets texts from right
to left where they are, and can be printed.  Everything that comes from a document is escaped.  Shown is everything but tokens and
rejected suggestions.  The page is read back by its visible marks; other pages are ``formats.articles_html``'s.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from annotator.domain.exchange import Complaint, Fate, Loss, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.compare import document_loss
from annotator.formats.compare_content import Expected
from annotator.formats.compare_written import compare_each, write_each
from annotator.formats.files import replacing, safe_stem
from annotator.formats.html_page_read import MARK, check, stream
from annotator.formats.html_page_style import label_colors, style
from annotator.formats.html_page_write import article, shown

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def read(path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Stream the records of a page that this program wrote; raises ``FormatError`` at once for any other file."""
    check(path)
    return stream(path, safe_stem(path), defaults)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the page, read it back, and report every loss; see ``exchange.Writer``.  There are no options."""
    if options:
        raise FormatError(f"The HTML export has no option “{min(options)}”.")
    report = LossReport("html", str(path))
    classes = {label.name: number for number, label in enumerate(scheme.spans)}
    symmetric = [label.name for label in scheme.relations if label.symmetric]
    counts: Counter[str] = Counter()
    contents: list[tuple[str, int]] = []
    untold = 0
    # the head names what is in the body, so it is known when the body is written
    with replacing(path) as temporary, replacing(temporary) as body:
        with body.open("w", encoding="utf-8", newline="\n") as file:

            def put(record: Record) -> None:
                nonlocal untold
                for span in record.spans:
                    classes.setdefault(span.label, len(classes))
                file.write(article(_fitted(record).record, len(contents) + 1, classes, symmetric))
                counts.update(span.label for span in record.spans)
                contents.append((record.name, len(record.spans)))
                untold += bool(record.tokens)

            unwritable = write_each(records, put, progress)
            file.write("</body>\n</html>\n")
        with temporary.open("w", encoding="utf-8", newline="\n") as file, body.open("rb") as source:
            file.writelines(_begin(safe_stem(path).removesuffix(".page"), scheme, classes, counts, contents))
            file.flush()
            shutil.copyfileobj(source, file.buffer, 1 << 20)
        back = stream(temporary, "", ReadDefaults(annotator=""))
        compare_each(records, back, _fitted, unwritable, report, progress=progress)
        temporary.replace(body)  # which then takes its place, and that of the file
    if untold:
        report.notices.append(f"{amount(untold, 'document')} written without tokens: a page does not show them.")
    return report


def _fitted(record: Record) -> Expected:
    """Return what a record comes back as, and what the page does not show of it."""
    losses: list[Loss] = []
    if record.verdicts:
        losses.append(document_loss(record, Fate.CHANGED, "a page does not show rejected suggestions"))
    return Expected(replace(record, tokens=None, verdicts=()), losses)


def _begin(
    title: str, scheme: LabelScheme, classes: Mapping[str, int], counts: Counter[str], contents: list[tuple[str, int]]
) -> Iterator[str]:
    """Yield the page up to the first article: style, legend and contents."""
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'{MARK.decode()}\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{_sound(title)}</title>\n<style>\n{style(list(classes), label_colors(scheme))}</style>\n</head>\n<body>\n"
    yield f'<h1 dir="auto">{_sound(title)}</h1>\n'
    total = f"{amount(len(contents), 'document')}, {amount(counts.total(), 'span')}"
    yield f'<p class="quiet">{total}. A dashed line marks what nobody has reviewed.</p>\n'
    if counts:
        yield '<ul class="legend">\n'
        for label, number in classes.items():
            if counts[label]:
                chip = f'<mark class="c{number} v0"><b class="c{number}">{_sound(label)}</b></mark>'
                yield f'<li>{chip} <span class="quiet">{counts[label]}</span></li>\n'
        yield "</ul>\n"
    if len(contents) > 1:
        yield "<nav><h2>Contents</h2>\n<ol>\n"
        for number, (name, spans) in enumerate(contents, 1):
            quiet = f'<span class="quiet">{amount(spans, "span")}</span>'
            yield f'<li><a href="#d{number}"><bdi>{_sound(name)}</bdi></a> {quiet}</li>\n'
        yield "</ol></nav>\n"


def _sound(text: str) -> str:
    """Return a text for the page although it may hold half a character, whose document is then left out."""
    return shown(text.encode("utf-8", "replace").decode())
