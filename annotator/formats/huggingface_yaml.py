"""The YAML at the beginning of a dataset card: blocks of maps and lists with plain and quoted scalars, as the hub writes them."""

from __future__ import annotations

import json
import re
from typing import Any


def card_fields(text: str) -> dict[str, Any]:
    """Return what the YAML at the beginning of a card says; nothing for what is no card."""
    match = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)\n---[ \t]*(\r?\n|$)", text, re.DOTALL)
    if match is None:
        return {}
    try:
        found = _Yaml(match[1]).block(0)
    except (ValueError, IndexError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class _Yaml:
    """Blocks of YAML by their indentation; raises ``ValueError`` or ``IndexError`` for what it does not know."""

    def __init__(self, text: str) -> None:
        self.lines = [
            (len(line) - len(line.lstrip(" ")), line.strip())
            for line in text.splitlines()
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self.at = 0

    def block(self, least: int) -> Any:
        """Return the value of the block that begins here, indented by at least ``least``."""
        if self.at >= len(self.lines) or self.lines[self.at][0] < least:
            return None
        depth, first = self.lines[self.at]
        return self._items(depth) if first == "-" or first.startswith("- ") else self._map(depth)

    def _items(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while self.at < len(self.lines) and self.lines[self.at][0] == depth and self.lines[self.at][1].startswith("-"):
            rest = self.lines[self.at][1][1:].strip()
            inner = depth + len(self.lines[self.at][1]) - len(rest)
            if not rest:
                self.at += 1
                found.append(self.block(depth + 1))
            elif _KEY.match(rest):
                self.lines[self.at] = (inner, rest)
                found.append(self._map(inner))
            else:
                self.at += 1
                found.append(_scalar(rest))
        return found

    def _map(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.at < len(self.lines) and self.lines[self.at][0] == depth and not self.lines[self.at][1].startswith("- "):
            match = _KEY.match(self.lines[self.at][1])
            if match is None:
                raise ValueError("no key")
            key, rest = str(_scalar(match[1])), self.lines[self.at][1][match.end() :].strip()
            self.at += 1
            if rest and rest not in ("|", ">", "|-", ">-"):
                while self.at < len(self.lines) and self.lines[self.at][0] > depth:  # a scalar goes on in deeper lines
                    rest = f"{rest} {self.lines[self.at][1]}"
                    self.at += 1
                found[key] = _scalar(rest)
            elif self.at < len(self.lines) and self.lines[self.at] > (depth, "-") and self.lines[self.at][0] == depth:
                # a list may stand at the depth of its key
                found[key] = self.block(depth) if self.lines[self.at][1].startswith("- ") else None
            elif rest:
                while self.at < len(self.lines) and self.lines[self.at][0] > depth:
                    self.at += 1
            else:
                found[key] = self.block(depth + 1)
        return found


_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[{-][^#]*?|-[^\s:][^#]*?)\s*:(?=\s|$)""")


def _scalar(text: str) -> Any:
    if text.startswith('"'):
        try:
            return json.JSONDecoder().raw_decode(text)[0]
        except json.JSONDecodeError as error:
            raise ValueError("no text") from error
    if text.startswith("'"):
        end = re.match(r"'((?:[^']|'')*)'", text)
        return end[1].replace("''", "'") if end else text
    text = re.sub(r"\s+#.*$", "", text)
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part.strip()) for part in text[1:-1].split(",") if part.strip()]
    return text
