"""Dates, times, money, percentages, quantities and numbers in Indonesian: what is found in a sentence, and its exact extent."""

from __future__ import annotations

import pytest

from annotator.nlp.indonesian_amounts import amounts, numbers
from annotator.nlp.indonesian_dates import is_calendar
from annotator.nlp.indonesian_numbers import number
from annotator.nlp.indonesian_words import Words


def found(text: str) -> list[tuple[str, str]]:
    words = Words(text)
    finds = []
    for rule in (amounts, numbers):
        for first, last, label, name in rule(words):
            assert name
            words.taken[first:last] = [True] * (last - first)
            finds.append((words.starts[first], label, text[words.starts[first] : words.ends[last - 1]]))
    return [(label, piece) for _, label, piece in sorted(finds)]


DATES = [
    ("pada Kamis (26/11) mengatakan", "Kamis (26/11)"),
    ("pada Senin ( 27 / 3 ) malam", "Senin ( 27 / 3 )"),
    ("di Jakarta, Jumat (27/11/2015)", "Jumat (27/11/2015)"),
    ("di Jakarta, Rabu.", "Rabu"),
    ("pada Kamis, 3 Januari 2013, ia", "Kamis, 3 Januari 2013"),
    ("pada Kamis, 3/1/2013 ia", "Kamis, 3/1/2013"),
    ("Senin lalu ia", "Senin lalu"),
    ("hari Minggu ini", "Minggu ini"),
    ("pada 31 Oktober sehingga", "31 Oktober"),
    ("serangan 13 November di", "13 November"),
    ("tanggal 17 Agustus 1945", "tanggal 17 Agustus 1945"),
    ("pada tanggal 5 ia", "tanggal 5"),
    ("sejak Desember 2014 lalu", "Desember 2014"),
    ("mulai 1-3 Maret 2016", "1-3 Maret 2016"),
    ("dari 1 hingga 3 Maret 2016", "1 hingga 3 Maret 2016"),
    ("pada Juli lalu", "Juli lalu"),
    ("sampai Mei", "Mei"),
    ("pada 29/10/2013", "29/10/2013"),
    ("pada 2013-10-29", "2013-10-29"),
    ("selama dua tahun terakhir", "dua tahun terakhir"),
    ("dalam waktu satu pekan melancarkan", "satu pekan"),
    ("usia 35 tahun", "35 tahun"),
    ("sebulan lalu", "sebulan lalu"),
    ("dua hari yang lalu", "dua hari yang lalu"),
    ("lima tahun ke depan", "lima tahun ke depan"),
    ("tahun lalu", "tahun lalu"),
    ("pekan depan", "pekan depan"),
    ("hari ini", "hari ini"),
    ("bulan ini", "bulan ini"),
    ("tahun 2015", "tahun 2015"),
    ("tahun 1998-2003", "tahun 1998-2003"),
    ("tahun 1998 hingga 2003", "tahun 1998 hingga 2003"),
    ("era 1990-an", "era 1990-an"),
    ("pada 1990-an", "1990-an"),
    ("abad ke-20", "abad ke-20"),
    ("abad XIX", "abad XIX"),
    ("pada 2015.", "2015"),
    ("sejak 1999 ia", "1999"),
    ("kemarin", "kemarin"),
    ("kemarin (12/7)", "kemarin (12/7)"),
    ("besok", "besok"),
]


@pytest.mark.parametrize(("text", "date"), DATES)
def test_dates(text: str, date: str) -> None:
    assert found(text)[0] == ("DATE", date)


TIMES = [
    ("pukul 19.00 WIB di", "pukul 19.00 WIB"),
    ("pukul 19:00-21:00 WIB", "pukul 19:00-21:00 WIB"),
    ("jam 7 pagi", "jam 7 pagi"),
    ("selama 15 menit", "15 menit"),
    ("dua jam lalu", "dua jam lalu"),
    ("sejam", "sejam"),
    ("siang tadi", "siang tadi"),
    ("malam ini", "malam ini"),
    ("sampai dini hari", "dini hari"),
    ("sampai tengah malam", "tengah malam"),
    ("pada malam itu", "malam"),
]


@pytest.mark.parametrize(("text", "piece"), TIMES)
def test_times(text: str, piece: str) -> None:
    assert found(text) == [("TIME", piece)]


def test_a_part_of_the_day_behind_a_date_is_a_time_of_its_own() -> None:
    assert found("Jumat (27/11) pagi.") == [("DATE", "Jumat (27/11)"), ("TIME", "pagi")]
    assert found("Sabtu malam") == [("DATE", "Sabtu"), ("TIME", "malam")]


@pytest.mark.parametrize("text", ["makan siang", "selamat malam", "matahari pagi", "di tengah hari raya"])
def test_a_part_of_the_day_alone_is_none(text: str) -> None:
    assert found(text) == []


MONEY = [
    ("senilai Rp1,5 triliun.", "Rp1,5 triliun"),
    ("Rp 20.000 saja", "Rp 20.000"),
    ("Rp. 20.000", "Rp. 20.000"),
    ("Rp 1 miliar", "Rp 1 miliar"),
    ("US$ 20 juta", "US$ 20 juta"),
    ("US$20", "US$20"),
    ("USD 5 juta", "USD 5 juta"),
    ("$92.2 juta", "$92.2 juta"),
    ("€ 222 juta", "€ 222 juta"),
    ("20 dolar AS", "20 dolar AS"),
    ("20 dolar", "20 dolar"),
    ("3 juta dolar Singapura", "3 juta dolar Singapura"),
    ("5 juta rupiah", "5 juta rupiah"),
    ("lima puluh ribu rupiah", "lima puluh ribu rupiah"),
    ("ratusan juta rupiah", "ratusan juta rupiah"),
    ("100 yen", "100 yen"),
    ("1 miliar euro", "1 miliar euro"),
]


@pytest.mark.parametrize(("text", "piece"), MONEY)
def test_money(text: str, piece: str) -> None:
    assert found(text) == [("MONEY", piece)]


OTHERS = [
    ("80%", "PERCENT", "80%"),
    ("5,2 persen", "PERCENT", "5,2 persen"),
    ("5-10 persen", "PERCENT", "5-10 persen"),
    ("lima puluh persen", "PERCENT", "lima puluh persen"),
    ("setengah persen", "PERCENT", "setengah persen"),
    ("10 kilometer", "QUANTITY", "10 kilometer"),
    ("2,5 ton", "QUANTITY", "2,5 ton"),
    ("10 kilometer persegi", "QUANTITY", "10 kilometer persegi"),
    ("6,2 skala Richter", "QUANTITY", "6,2 skala Richter"),
    ("180 km/jam", "QUANTITY", "180 km/jam"),
    ("257 km per jam", "QUANTITY", "257 km per jam"),
    ("dua hektare", "QUANTITY", "dua hektare"),
    ("berkekuatan magnitudo 6,2", "QUANTITY", "magnitudo 6,2"),
    ("30 derajat Celsius", "QUANTITY", "30 derajat Celsius"),
    ("130 orang", "CARDINAL", "130"),
    ("1,35 juta orang", "CARDINAL", "1,35 juta"),
    ("dua ratus ribu orang", "CARDINAL", "dua ratus ribu"),
    ("ribuan warga", "CARDINAL", "ribuan"),
    ("skor 2-1 untuk", "CARDINAL", "2-1"),
    ("seribu orang", "CARDINAL", "seribu"),
    ("0,5 poin", "CARDINAL", "0,5"),
    ("peringkat ke-5", "ORDINAL", "ke-5"),
    ("babak pertama", "ORDINAL", "pertama"),
    ("untuk kedua kalinya", "ORDINAL", "kedua"),
    ("hari ketiga", "ORDINAL", "ketiga"),
]


@pytest.mark.parametrize(("text", "label", "piece"), OTHERS)
def test_the_others(text: str, label: str, piece: str) -> None:
    assert found(text) == [(label, piece)]


NOTHING = [
    "kedua negara tersebut",  # both
    "Pasal 33",  # a law is another rule's
    "UU No. 8",
    "Nomor 12",
    "RT 5",
    "008123456",
    "dan sebagainya",
    "Rp",
    "US$",
    "tahun",
    "jam tangan",
    "",
]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    assert found(text) == []


def test_a_year_is_a_number_where_it_counts_things() -> None:
    assert found("memiliki 2000 ekor") == [("CARDINAL", "2000")]
    assert found("sebanyak 1900 ribu orang") == [("CARDINAL", "1900 ribu")]


def test_nothing_goes_on_over_the_end_of_a_line() -> None:
    assert found("harga 5\njuta rupiah") == [("CARDINAL", "5")]
    assert found("Rp\n500") == [("CARDINAL", "500")]


def test_taken_words_are_left_alone() -> None:
    words = Words("Piala Dunia 2014 pada 5 Mei")
    words.taken[:3] = [True] * 3
    assert [find[2:] for find in amounts(words)] == [("DATE", "date")]
    assert [find[2] for find in numbers(words)] == ["CARDINAL"]  # the 5 of “5 Mei”, which nobody has claimed here


def test_a_number_has_a_longest_length() -> None:
    words = Words("satu " + "puluh " * 50)
    assert 2 < number(words, 0) < 20
    assert number(Words("rumah"), 0) == 0


@pytest.mark.parametrize("piece", ["satu puluh ", "1 juta ", "( 1 ", "Kamis ( ", "Rp ", "tahun ", "ke-1 ", "5-"])
def test_a_long_text_of_one_kind_is_read_to_its_end(piece: str) -> None:
    assert len(found(piece * 20_000 + " 80%")) < 25_000  # the square of 40,000 words would outlast the time a test has


def test_days_and_months() -> None:
    assert all(map(is_calendar, ("Senin", "Minggu", "Januari", "Mei")))
    assert not any(map(is_calendar, ("senin", "Sen", "Jan", "Putin")))
