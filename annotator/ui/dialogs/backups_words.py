"""Backups and what going back to one would change, in the window's words."""

from __future__ import annotations

from annotator.store.backup import Backup, Reason
from annotator.store.restore import Difference, DocumentDifference, Tally
from annotator.ui.i18n import by_count, number, tr


def reason_name(reason: Reason) -> str:
    """Return why a backup was made."""
    names = {
        Reason.AUTO: tr("Automatic"),
        Reason.MANUAL: tr("By hand"),
        Reason.MIGRATION: tr("Before an update"),
        Reason.RESTORE: tr("Before going back"),
    }
    return names[reason]


def made_at(backup: Backup) -> str:
    """Return when a backup was made, as this place's clocks have it."""
    from PySide6.QtCore import QDateTime, QLocale

    moment = QDateTime.fromSecsSinceEpoch(int(backup.made.timestamp()))
    return QLocale().toString(moment, "ddd d MMM yyyy HH:mm")


def size_words(size: int) -> str:
    """Return a number of bytes for a person."""
    from PySide6.QtCore import QLocale

    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def soundness(backup: Backup) -> str:
    """Return whether a backup can be relied on."""
    return tr("Sound") if backup.sound else tr("Not checked")


def difference_sentences(difference: Difference) -> list[str]:
    """Return what going back would change in all, as sentences."""
    if not difference.related:
        told = [tr("This is no earlier state of the project; everything was compared.")]
    elif not difference.steps_since:
        told = []
    else:
        told = [by_count(difference.steps_since, tr("{} step was made since then."), tr("{} steps were made since then."))]
    if not difference:
        return [*told, tr("Going back would change nothing.")]
    parts = [
        _tally(difference.document_tally, tr("{} document"), tr("{} documents")),
        _tally(difference.spans, tr("{} span"), tr("{} spans")),
        _tally(difference.relations, tr("{} relation"), tr("{} relations")),
        _tally(difference.verdicts, tr("{} rejection"), tr("{} rejections")),
        _tally(difference.dismissals, tr("{} dismissed text of the inbox"), tr("{} dismissed texts of the inbox")),
        _tally(difference.suggesters, tr("{} suggester's setup"), tr("{} suggesters' setups")),
    ]
    told += [part for part in parts if part]
    if difference.scheme:
        told.append(tr("The label scheme would be that of then."))
    if difference.knowledge:
        told.append(tr("The knowledge base would be that of then."))
    if difference.language:
        told.append(tr("The language of the project would be that of then."))
    return told


def document_cells(document: DocumentDifference) -> tuple[str, str, str, str]:
    """Return the name of a document and what going back would change in its spans, its relations, and else."""
    if document.only_now != document.only_then:
        rest = tr("would go") if document.only_now else tr("would come back")
    else:
        parts = [tr("status, flag or categories")] if document.sets else []
        parts += [tr("rejections")] if document.verdicts else []
        rest = ", ".join(parts)
    return document.name, short_tally(document.spans), short_tally(document.relations), rest


def short_tally(tally: Tally) -> str:
    """Return a tally by its signs: ``−2 +1 ~3`` for two that go, one that comes back, three that change."""
    counted = (("−", tally.only_now), ("+", tally.only_then), ("~", tally.different))
    return "  ".join(f"{sign}{number(count)}" for sign, count in counted if count)


def _tally(tally: Tally, one: str, many: str) -> str:
    """Return a tally as a sentence."""
    parts = [
        verb.format(by_count(count, one, many))
        for count, verb in (
            (tally.only_now, tr("{} would go")),
            (tally.only_then, tr("{} would come back")),
            (tally.different, tr("{} would change")),
        )
        if count
    ]
    return f"{', '.join(parts)}." if parts else ""
