"""Amounts in Indonesian, dates and times among them: money, percentages, quantities and bare numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.nlp import indonesian_dates as dates
from annotator.nlp.indonesian_lexicon import lexicon
from annotator.nlp.indonesian_numbers import (
    COUNTING,
    NUMBER_WORDS,
    NUMERALS,
    SCALES,
    Found,
    Rule,
    counted,
    number,
    on_one_line,
    rank,
)
from annotator.nlp.indonesian_words import Words, word_set

_MONEY = re.compile(r"(?:rp|us|usd|idr|eur)\.?\d[\d.,]*", re.IGNORECASE)
_UNITS = word_set(
    "kilometer km meter m centimeter sentimeter cm milimeter mm kilogram kilo kg gram gr miligram mg ton kuintal liter mililiter ml"
    " hektare hektar ha are derajat mil inci inchi inch kaki knot watt kilowatt megawatt kw mw gw kwh volt barel barrel bph"
    " km/jam m2 km2 m3 sr magnitudo byte kb mb gb tb gigabyte megabyte megapiksel piksel mp cc hp mah ghz mhz hz kalori desibel ons"
    " km² m² kubik yard galon karat skala"
)
_UNIT_ENDS = word_set("persegi kubik celcius celsius fahrenheit richter ampere oz kuda")
_SIGNS = word_set("$ € £ ¥")
_NUMBERING = word_set("no nomor pasal ayat bab butir rt rw blok km seri halaman hal jilid telepon telp kavling kav")


def amounts(words: Words) -> Iterator[Found]:
    """Yield all but bare numbers, in text order; words that are taken are left alone."""
    skip = 0
    for index, word in enumerate(words.low):
        rules = _BY_WORD.get(word)
        if rules is None:
            if word[0] in NUMERALS:
                rules = _DIGIT_RULES
            elif word[-1] in NUMERALS:
                rules = _MONEY_RULES
            else:
                continue
        if index < skip or words.taken[index]:
            continue
        for rule, label, name in rules:
            if (end := rule(words, index)) > index and not any(words.taken[index:end]):
                yield index, end, label, name
                skip = end
                break


def numbers(words: Words) -> Iterator[Found]:
    """Yield bare numbers and ranks among the words no rule has taken."""
    skip, low = 0, words.low
    for index, word in enumerate(low):
        if (word[0] not in NUMERALS and word not in COUNTING and word[:2] != "ke") or index < skip or words.taken[index]:
            continue
        if (end := rank(words, index)) > index:
            yield index, end, "ORDINAL", "rank"
        elif (end := dates.year(words, index)) > index and not _numbered(words, index):
            yield index, end, "DATE", "year"
        elif (end := number(words, index)) > index and _counts(words, index, end):
            yield index, end, "CARDINAL", "digits" if word[0] in NUMERALS else "number word"
        skip = end


def _counts(words: Words, index: int, end: int) -> bool:
    """Tell whether a number may count something: it is free, no number of a house or a law, nor of a telephone."""
    if _numbered(words, index) or any(words.taken[index:end]):
        return False
    return not words.words[index].startswith(("00", "01", "02", "08"))


def _numbered(words: Words, index: int) -> bool:
    """Tell whether a number is that of a house, a law or a page."""
    before = words.low[index - 1] if index else ""
    return before in _NUMBERING or (before == "." and index > 1 and words.low[index - 2] in _NUMBERING)


def _percent(words: Words, index: int) -> int:
    end = number(words, index)
    if end > index and end < len(words) and words.low[end] in {"%", "persen", "prosen"} and words.close[end]:
        return end + 1
    return index


def _quantity(words: Words, index: int) -> int:
    low = words.low
    end = number(words, index)
    if end == index or end >= len(words) or low[end] not in _UNITS or not words.close[end]:
        return index
    end += 1
    while end < len(words) and words.close[end] and low[end] in _UNIT_ENDS:
        end += 1
    if end + 1 < len(words) and low[end] in {"per", "/"} and low[end + 1] in {"jam", "detik", "menit", "hari"}:
        end += 2
    return end


def _magnitude(words: Words, index: int) -> int:
    """``magnitudo 6,2``: the unit stands first."""
    if index + 1 < len(words) and words.low[index + 1][0] in NUMERALS and words.close[index + 1]:
        return max(number(words, index + 1), index + 2)
    return index


def _money_after(words: Words, index: int) -> int:
    """A number and the name of a currency: ``20 dolar AS``."""
    low, size = words.low, len(words)
    end = number(words, index)
    if end == index or end >= size or not words.close[end]:
        return index
    if low[end] not in _currencies():
        return index
    end += 1
    if end < size and words.close[end] and low[end - 1] in {"dolar", "dollar", "peso", "franc", "won", "rupee", "dinar"}:
        return end + 1 if lexicon().names.get(words.words[end]) == "GPE" else end
    return end


def _money_before(words: Words, index: int) -> int:
    """A sign or code of a currency and a number: ``Rp1,5 triliun``, ``US$ 20 juta``."""
    low, size, start = words.low, len(words), index
    if _MONEY.fullmatch(low[index]):
        index += 1
        while index < size and words.close[index] and low[index] in SCALES:
            index += 1
        return index
    if low[index] in {"us", "s", "a", "hk"} and index + 1 < size and words.words[index + 1] == "$":
        index += 1
    elif low[index] != "rp" and words.words[index] not in _SIGNS and words.words[index] not in lexicon().cues["currency_code"]:
        return start
    index += 1
    if index < size and low[index] == "." and low[index - 1] == "rp":
        index += 1
    if index >= size or not low[index][0].isdigit() or not on_one_line(words, start, index + 1):
        return start
    end = number(words, index)
    return end if end > index else start


def _currencies() -> frozenset[str]:
    return lexicon().cues["currency"]


_Rule = tuple[Rule, str, str]
"""A rule, its label, and its name."""

_MONEY_BEFORE: _Rule = (_money_before, "MONEY", "money")
_COUNTS: tuple[_Rule, ...] = (
    (_percent, "PERCENT", "percent"),
    (_money_after, "MONEY", "money"),
    (_quantity, "QUANTITY", "quantity"),
    (dates.ago, "DATE", "stretch of days"),
    (counted(dates.HOURS, frozenset({"lalu", "kemudian"})), "TIME", "stretch of time"),
)
_DIGIT_RULES: tuple[_Rule, ...] = (*_COUNTS, (dates.month_date, "DATE", "date"), (dates.slashed, "DATE", "date"))
_BY_WORD: dict[str, tuple[_Rule, ...]] = {
    **dict.fromkeys(NUMBER_WORDS, _COUNTS),
    **dict.fromkeys((day.lower() for day in dates.WEEKDAYS), ((dates.weekday, "DATE", "date"),)),
    **dict.fromkeys((month.lower() for month in dates.LONG_MONTHS), ((dates.month_date, "DATE", "date"),)),
    **dict.fromkeys(dates.ONE_SPAN, ((dates.ago, "DATE", "stretch of days"),)),
    **dict.fromkeys(dates.SPANS | word_set("tahun-tahun era tanggal"), ((dates.named_span, "DATE", "date"),)),
    "minggu": ((dates.named_span, "DATE", "date"), (dates.weekday, "DATE", "date")),
    "malam": ((dates.part_of_day, "TIME", "part of the day"),),
    **dict.fromkeys(dates.PARTS_OF_DAY | word_set("dini tengah"), ((dates.part_of_day, "TIME", "part of the day"),)),
    **dict.fromkeys(word_set("sejam semenit sedetik"), ((dates.named_day, "TIME", "stretch of time"),)),
    **dict.fromkeys(dates.NAMED_DAYS, ((dates.named_day, "DATE", "date"),)),
    **dict.fromkeys(word_set("magnitudo magnitude"), ((_magnitude, "QUANTITY", "quantity"),)),
    **dict.fromkeys(word_set("pukul jam"), ((dates.clock, "TIME", "clock"),)),
    **dict.fromkeys(
        word_set("rp us s a hk $ € £ ¥ usd idr eur jpy gbp chf aud sgd myr cny hkd sar krw thb inr cad"), (_MONEY_BEFORE,)
    ),
}
_MONEY_RULES: tuple[_Rule, ...] = (_MONEY_BEFORE,)
