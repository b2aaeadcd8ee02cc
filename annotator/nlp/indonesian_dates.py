"""Dates and times in Indonesian: ``Kamis (26/11)``, ``31 Oktober 2015``, ``pekan lalu``, ``pukul 19.00 WIB``, ``Jumat pagi``.

Every rule looks at one place in the words of a text and returns where its find ends, or the place itself.
"""

from __future__ import annotations

import re

from annotator.nlp.indonesian_numbers import RANK, SCALES, counted
from annotator.nlp.indonesian_words import Words, word_set

_DAY_MONTH = re.compile(r"(?:\d{1,2}[/-]\d{1,2}(?:[/-](?:\d{4}|\d\d))?|\d{4}[/-]\d{1,2}[/-]\d{1,2})")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[-/](?:(?:1[5-9]|20)\d\d|\d\d))?")
_DECADE = re.compile(r"(?:1[5-9]|20)?\d0-an")
_CLOCK = re.compile(r"\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:-\d{1,2}[.:]\d\d)?")
WEEKDAYS = word_set("Senin Selasa Rabu Kamis Jumat Jum'at Jumat’at Sabtu Minggu Ahad")
_MONTHS = word_set(
    "Januari Februari Pebruari Maret April Mei Juni Juli Agustus September Oktober Nopember November Desember"
    " Jan Feb Mar Apr Jun Jul Agu Ags Sep Sept Okt Nov Des"
)
LONG_MONTHS = frozenset(month for month in _MONTHS if len(month) > 3) | {"Mei"}
SPANS = word_set("hari minggu pekan bulan tahun dekade abad windu triwulan kuartal semester malam")
ONE_SPAN = word_set("setahun sebulan seminggu sepekan sehari sedekade seabad")
_NEAR = word_set("ini lalu depan mendatang silam kemarin")
_AGO = word_set("lalu silam terakhir mendatang lamanya")
HOURS = word_set("jam menit detik")
_ZONES = word_set("wib wita wit gmt")
PARTS_OF_DAY = word_set("pagi siang sore malam petang subuh")
NAMED_DAYS = word_set("kemarin besok lusa")
_BEFORE_YEAR = word_set(
    "pada sejak hingga sampai antara dari awal akhir pertengahan medio ( , dan periode musim februari ke / tahun"
)


def is_calendar(word: str) -> bool:
    """Tell whether a word with a capital is the name of a day or a month."""
    return word in WEEKDAYS or word in LONG_MONTHS


def _bracketed_date(words: Words, index: int) -> int:
    """Return the end of ``(26/11)`` or ``(27 / 3 / 2015)`` at ``index``."""
    low, size, end = words.low, len(words), index + 1
    if index >= size or low[index] != "(":
        return index
    while end < size and end - index < 7 and (low[end][0].isdigit() or low[end] in {"/", "-"} or words.words[end] in _MONTHS):
        end += 1
    return end + 1 if end - index > 1 and end < size and low[end] == ")" else index


def weekday(words: Words, index: int) -> int:
    """``Kamis``, ``Kamis (26/11)``, ``Jumat, 27 November 2015``, ``Senin lalu``."""
    size, end = len(words), index + 1
    if words.words[index] not in WEEKDAYS:
        return index
    if words.words[index] == "Minggu" and end < size and words.low[end] in _NEAR:
        return end + 1
    if (after := _bracketed_date(words, end)) > end:
        return after
    if end < size and (after := month_date(words, end)) > end:
        return after
    if (
        end + 1 < size
        and words.low[end] == ","
        and (after := month_date(words, end + 1)) > end + 1
        and words.low[end + 1][0].isdigit()
    ):
        return after
    if end + 1 < size and words.low[end] == "," and _DAY_MONTH.fullmatch(words.low[end + 1]):
        return end + 2
    if end < size and words.low[end] in {"lalu", "depan", "mendatang", "kemarin"}:
        end += 1
    return end


def month_date(words: Words, index: int) -> int:
    """``31 Oktober 2015``, ``Oktober 2015``, ``Oktober``."""
    size, end = len(words), index
    if re.fullmatch(r"\d{1,2}(?:-\d{1,2})?", words.low[index]):
        end += 1
        if (
            end + 1 < size
            and words.low[end] in {"-", "–", "hingga", "sampai", "dan"}
            and re.fullmatch(r"\d{1,2}", words.low[end + 1])
        ):
            end += 2
    if end >= size or words.words[end] not in (_MONTHS if end > index else LONG_MONTHS):
        return index
    end += 1
    if end < size and words.close[end] and words.low[end] == "tahun" and end + 1 < size and _YEAR.fullmatch(words.low[end + 1]):
        end += 1
    if end < size and words.close[end] and (_YEAR.fullmatch(words.low[end]) or words.low[end] in {"lalu", "mendatang", "silam"}):
        end += 1
    return end


def slashed(words: Words, index: int) -> int:
    """``26/11/2015`` as one word; with a hyphen only where a year makes it clear."""
    low = words.low[index]
    return index + 1 if _DAY_MONTH.fullmatch(low) and ("/" in low or len(low) >= 8) else index


def named_span(words: Words, index: int) -> int:
    """``tahun 2015``, ``tahun lalu``, ``pekan ini``, ``hari ini``, ``tanggal 5``, ``abad ke-20``, ``era 1990-an``."""
    low, after = words.low, index + 1
    if after >= len(words) or not words.close[after]:
        return index
    if low[index] in SPANS and low[after] in _NEAR and low[index] != "malam":
        return after + 1
    if low[index] in {"tahun", "tahun-tahun", "era", "dekade"} and (_YEAR.fullmatch(low[after]) or _DECADE.fullmatch(low[after])):
        return _range_end(words, after + 1, _YEAR)
    if low[index] == "abad" and (RANK.fullmatch(low[after]) or re.fullmatch(r"[XVI]+|\d{1,2}", words.words[after])):
        return after + 1
    if low[index] == "tanggal":
        if (end := month_date(words, after)) > after:
            return end
        return after + 1 if re.fullmatch(r"\d{1,2}|" + _DAY_MONTH.pattern, low[after]) else index
    return index


def _range_end(words: Words, end: int, wanted: re.Pattern[str]) -> int:
    if end + 1 < len(words) and words.low[end] in {"-", "–", "hingga", "sampai"} and wanted.fullmatch(words.low[end + 1]):
        return end + 2
    return end


def ago(words: Words, index: int) -> int:
    """A stretch of a day and longer: ``dua tahun terakhir``, ``satu pekan``, ``sebulan``."""
    end = index + 1 if words.low[index] in ONE_SPAN else counted(SPANS, frozenset())(words, index)
    if end > index and end < len(words) and words.low[end] in _AGO:
        end += 1
    elif end > index and end + 1 < len(words) and words.low[end] in {"ke", "yang"} and words.low[end + 1] in {"depan", "lalu"}:
        end += 2
    return end


def year(words: Words, index: int) -> int:
    """A bare year or decade, where the words around it do not make it a number of something: ``pada 2015``, ``1990-an``."""
    low = words.low
    if not _YEAR.fullmatch(low[index]) and not _DECADE.fullmatch(low[index]):
        return index
    before = low[index - 1] if index else ""
    after = low[index + 1] if index + 1 < len(words) else "."
    clear = before in _BEFORE_YEAR or after in {".", ",", ")", "-"} or _DECADE.fullmatch(low[index])
    return index + 1 if clear and after not in SCALES else index


def clock(words: Words, index: int) -> int:
    """``pukul 19.00 WIB``, ``jam 7 pagi``."""
    low, size, end = words.low, len(words), index + 1
    if end >= size or not re.fullmatch(r"\d{1,2}(?:[.:]\d\d)*(?:-\d{1,2}(?:[.:]\d\d)*)?", low[end]):
        return index
    end = _range_end(words, end + 1, _CLOCK)
    while end < size and words.close[end] and (low[end] in _ZONES or low[end] in PARTS_OF_DAY or low[end] in {"waktu", "setempat"}):
        end += 1
    return end


def part_of_day(words: Words, index: int) -> int:
    """``pagi`` after a date or before ``ini`` and ``tadi``, ``dini hari``, ``tengah malam``."""
    low, size = words.low, len(words)
    if low[index] in {"dini", "tengah"}:
        return (
            index + 2
            if index + 1 < size and low[index + 1] in {"hari", "malam"} and low[index : index + 2] != ["tengah", "hari"]
            else index
        )
    if index + 1 < size and low[index + 1] in {"ini", "tadi", "hari", "nanti", "kemarin"} and words.close[index + 1]:
        return index + 2
    before = words.words[index - 1] if index else ""
    if (
        before in WEEKDAYS
        or (before == ")" and index > 1 and low[index - 2][0].isdigit())
        or before in {"pada", "tadi", "kemarin", "setiap"}
    ):
        return index + 1
    return index


def named_day(words: Words, index: int) -> int:
    """``kemarin``, ``kemarin (12/7)``."""
    return max(index + 1, _bracketed_date(words, index + 1))
