"""A theme as Qt takes it: colours, fonts and the palette for the Fusion style, and which theme the desktop asks for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette

from annotator.domain.colors import OUTLINE_CONTRAST
from annotator.ui.theme import ARTICLE_FAMILIES, DARK, LIGHT, TEXT_CONTRAST, THEMES, USUAL_TEXT, TextStyle, Theme, legible, mix

CHIP_SHARE = 0.62
"""Size of the labels on chips and arcs, as a share of the article's."""


@lru_cache(maxsize=2048)
def color(value: str, alpha: int = 255) -> QColor:
    """Return the ``QColor`` of ``#rrggbb``; it is shared, so do not change it."""
    made = QColor(value)
    made.setAlpha(alpha)
    return made


def article_font(text: TextStyle = USUAL_TEXT, zoom: float = 1.0) -> QFont:
    """Return the font of the article at ``zoom`` (1.0 is 100 %)."""
    font = QFont()
    font.setFamilies([text.family, *ARTICLE_FAMILIES] if text.family else list(ARTICLE_FAMILIES))
    font.setPointSizeF(text.points * zoom)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def chip_font(text: TextStyle = USUAL_TEXT, zoom: float = 1.0) -> QFont:
    """Return the small font of chips, arc labels and hints at ``zoom``: in the usual family, which has capitals that stay legible."""
    font = article_font(TextStyle(points=text.points * CHIP_SHARE), zoom)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def palette(theme: Theme) -> QPalette:
    """Return the palette that gives Fusion this look; set it on the application with the Fusion style."""
    role = QPalette.ColorRole
    made = QPalette(color(theme.window))
    plain = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.page,
        role.AlternateBase: mix(theme.page, theme.window, 0.6),
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.warning,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.quiet_text,
        role.Highlight: theme.chosen,
        role.HighlightedText: theme.chosen_text,
        role.Accent: theme.accent,
        role.Link: legible(theme.accent, theme.page, TEXT_CONTRAST),
        role.LinkVisited: legible(mix(theme.accent, "#882255", 0.5), theme.page, TEXT_CONTRAST),
        role.Light: mix(theme.raised, "#ffffff", 0.06 if theme.dark else 0.6),
        role.Midlight: mix(theme.window, theme.border, 0.4),
        role.Mid: theme.border,
        role.Dark: mix(theme.border, "#000000", 0.35),
        role.Shadow: mix(theme.border, "#000000", 0.7),
    }
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        for which, value in plain.items():
            made.setColor(group, which, color(value))
    disabled = legible(mix(theme.quiet_text, theme.window, 0.35), theme.raised if theme.dark else theme.window, OUTLINE_CONTRAST)
    for which, value in plain.items():
        made.setColor(QPalette.ColorGroup.Disabled, which, color(value))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, color(disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, color(theme.border))
    return made


def system_theme() -> Theme:
    """Return the theme the desktop asks for; light where it does not say."""
    hints = QGuiApplication.styleHints()
    if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark:
        return DARK
    return LIGHT


def theme_named(name: str) -> Theme:
    """Return the theme called ``light`` or ``dark``; anything else follows the system."""
    return THEMES.get(name) or system_theme()
