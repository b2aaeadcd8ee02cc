"""The parts of the help that are made from the program's own tables: commands with their keys, settings, formats."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.settings.table import SETTINGS, Kind, Setting
from annotator.ui.actions import ACTIONS, keys_of
from annotator.ui.help_pages import Words, code, literal
from annotator.ui.i18n import tr
from annotator.ui.key_text import key_text


def words(overrides: Mapping[str, list[str]]) -> Words:
    """Return what fills the help pages, with the keys as this person has them."""
    commands = {
        action.id: (tr(action.text).rstrip("…"), " / ".join(map(key_text, keys_of(action, overrides)))) for action in ACTIONS
    }
    return Words(commands, {"settings": settings_list, "formats": formats_list})


def key_or_name(command: str, overrides: Mapping[str, list[str]]) -> str:
    """Return the first key of a command as this person has it; its name in quotation marks if it has none."""
    name, keys = words(overrides).commands[command]
    return keys.partition(" / ")[0] or tr("“{}”").format(name)


def key_rows(overrides: Mapping[str, list[str]]) -> list[tuple[str, str, str]]:
    """Return (section, what it does, keys) of all commands that have keys."""
    return [
        (tr(str(action.section)), tr(action.text).rstrip("…"), " / ".join(map(key_text, keys)))
        for action in ACTIONS
        if (keys := keys_of(action, overrides))
    ]


def settings_list() -> str:
    """Return every setting that people may change, as Markdown: what it does, what it may be, what it usually is."""
    shown = [setting for setting in SETTINGS.values() if not setting.private]
    return "\n".join(
        f"- **{literal(tr(setting.title))}** ({code(setting.key)}): {literal(tr(setting.help))} {_values(setting)}".rstrip()
        for setting in shown
    )


def _values(setting: Setting) -> str:
    parts: list[str] = []
    if setting.kind is Kind.CHOICE:
        parts.append(tr("One of {}.").format(", ".join(map(code, setting.choices))))
    elif setting.kind is Kind.NUMBER:
        parts.append(tr("From {} to {}.").format(setting.minimum, setting.maximum))
    if setting.kind is Kind.SWITCH:
        parts.append(tr("Usually on.") if setting.default else tr("Usually off."))
    elif setting.default not in ("", {}, []):
        parts.append(tr("Usually {}.").format(code(str(setting.default))))
    return " ".join(parts)


def formats_list() -> str:
    """Return every format that can be read or written, those of other packages too, as Markdown."""
    from annotator.formats.plugins import known_formats

    blocks: list[str] = []
    for name, entry in known_formats().items():
        ways = {
            (True, True): tr("is read and written"),
            (True, False): tr("is read"),
            (False, True): tr("is written"),
        }[entry.read is not None, entry.write is not None]
        lines = [f"## {code(name)}", "", f"{literal(tr(entry.title))}: {ways}.", ""]
        if entry.suffixes:
            lines.append(f"- {tr('Files')}: " + ", ".join(map(code, entry.suffixes)))
        lines.append(f"- {tr('Carries')}: {literal(tr(entry.carries))}")
        for caption, options in (
            (tr("Options for reading"), entry.read_options),
            (tr("Options for writing"), {**(entry.write_options or {}), **(entry.export_options or {})}),
        ):
            if options:
                lines.append(f"- {caption}: " + "; ".join(_option(option, values) for option, values in options.items()))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _option(name: str, values: tuple[str, ...]) -> str:
    shown = [code(value) for value in values if value]
    return f"{code(name)} ({', '.join(shown)})" if shown else code(name)
