"""The style of a page: two sets of colours, chosen by the reader's own setting, and shades for every label in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotator.domain.colors import OUTLINE_CONTRAST, TEXT_CONTRAST, legible, mix
from annotator.domain.labels import PALETTE, LabelScheme

LANES = 8
"""So many lines are told apart below a text; a span nested deeper has the last."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The colours of a page by day or by night."""

    page: str
    text: str
    quiet: str
    border: str
    link: str
    strong_text: str
    share: float


_LIGHT = _Look("#fdfdfc", "#1d2126", "#5b636d", "#d3d7dc", "#1f5fbf", "#ffffff", 0.2)
_DARK = _Look("#1b1e22", "#e4e7ea", "#9aa4af", "#3c434b", "#7fb2ff", "#14171a", 0.3)

_RULES = """
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Noto Sans", sans-serif; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; }
a { color: var(--link); }
article { border-top: 1px solid var(--border); margin-top: 2.5rem; }
.quiet, summary, dt { color: var(--quiet); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; line-height: 2.3; }
mark { color: inherit; background: var(--fill); border-bottom: 2px solid var(--edge); border-radius: 2px; }
mark.open, .legend mark.open { border-bottom-style: dashed; }
mark b, .chip { font-size: 0.68em; font-weight: 600; padding: 0.05em 0.35em; margin: 0 0.15em; border-radius: 3px; white-space: nowrap;
  background: var(--strong); color: var(--on-strong); unicode-bidi: isolate; -webkit-user-select: none; user-select: none; }
i[data-c] { font-style: normal; color: var(--quiet); }
.legend, nav ol { padding-left: 1.5rem; } .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; }
table { border-collapse: collapse; } th, td { text-align: start; vertical-align: top; padding: 0.15rem 0.8rem 0.15rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
:target { outline: 2px solid var(--link); }
@media print { nav, summary { display: none; } article { break-inside: auto; } }
"""


def style(labels: Sequence[str], colors: Mapping[str, str]) -> str:
    """Return the style sheet; ``labels`` get the classes ``c0``, ``c1`` and so on, ``colors`` are their colours in the scheme."""
    lanes = "\n".join(f".v{lane} {{ padding-bottom: {1 + 4 * lane}px; }}" for lane in range(LANES))
    light, dark = (_variables(look, labels, colors) for look in (_LIGHT, _DARK))
    return f":root {{ color-scheme: light dark; }}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}{_RULES}{lanes}\n"


def _variables(look: _Look, labels: Sequence[str], colors: Mapping[str, str]) -> str:
    page = f"--page: {look.page}; --text: {look.text}; --quiet: {look.quiet}; --border: {look.border}; --link: {look.link};"
    lines = [f":root {{ {page} --on-strong: {look.strong_text}; }}"]
    for number, label in enumerate(labels):
        base = colors.get(label, "").lower()
        if not re.fullmatch("#[0-9a-f]{6}", base):
            base = PALETTE[number % len(PALETTE)]
        fill = mix(look.page, base, look.share)
        edge, strong = legible(base, look.page, OUTLINE_CONTRAST), legible(base, look.strong_text, TEXT_CONTRAST)
        lines.append(f".c{number} {{ --fill: {fill}; --edge: {edge}; --strong: {strong}; }}")
    return "\n".join(lines)


def label_colors(scheme: LabelScheme) -> dict[str, str]:
    """Return the colours of a scheme by label."""
    return {label.name: label.color for label in scheme.spans}
