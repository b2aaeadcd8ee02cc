"""PDF files as articles: pages in order, lines put together to paragraphs, scanned and protected files named."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import articles_pdf
from annotator.formats.articles_lines import BROKEN_WORD, Line, joined, mended
from annotator.formats.detect import detect
from tests.unit.articles_support import column, pdf

FIRST = (
    "Kebakaran melanda Pasar Anyar di Kota Bogor pada Senin pagi dan",
    "baru dapat dipadamkan setelah tengah hari, kata Wali Kota Bogor.",
)


def read(path: Path, data: bytes, **options: str) -> tuple[list[Record], list[Complaint]]:
    path.write_bytes(data)
    found = list(articles_pdf.read(path, ReadDefaults(), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def text_of(path: Path, *pages, **options: str) -> list[str]:
    (record,), _ = read(path, pdf(pages), **options)
    return record.text.split("\n")


def test_pages_come_in_their_order_with_what_the_file_says_of_itself(tmp_path):
    info = {"Title": "Judul (satu)", "Author": "Siti", "CreationDate": "D:20240506101112+07'00'", "Producer": "x"}
    (record,), complaints = read(tmp_path / "a.pdf", pdf([column("Satu."), column("Dua."), column("Tiga.")], info=info))
    assert complaints == []
    assert (record.name, record.text, record.place) == ("a", "Satu.\nDua.\nTiga.", str(tmp_path / "a.pdf"))
    assert record.meta == {"title": "Judul (satu)", "author": "Siti", "date": "2024-05-06"}


@pytest.mark.parametrize(("date", "told"), [("D:2024", "2024"), ("D:202405", "2024-05"), ("yesterday", None), ("", None)])
def test_a_date_is_as_exact_as_the_file_has_it(tmp_path, date, told):
    (record,), _ = read(tmp_path / "a.pdf", pdf([column("Satu.")], info={"CreationDate": date}))
    assert record.meta.get("date") == told


def test_lines_of_a_paragraph_are_joined_and_kept_on_request(tmp_path):
    page = [*column("Kebakaran di Bogor", size=18), *column(*FIRST, "", "Petugas datang.", top=690)]
    assert text_of(tmp_path / "a.pdf", page) == ["Kebakaran di Bogor", " ".join(FIRST), "Petugas datang."]
    assert text_of(tmp_path / "a.pdf", page, lines="keep") == ["Kebakaran di Bogor", *FIRST, "Petugas datang."]


def test_divided_words_are_put_together_and_counted(tmp_path):
    lines = (
        "Budi dan Ani pergi ke pasar pada hari Senin untuk mem-",
        "beli buah segar dan sayur. Keduanya pulang malam. Anak-",
        "anak ikut.",
    )
    (record,), (notice,) = read(tmp_path / "a.pdf", pdf([column(*lines)]))
    assert record.text == (
        "Budi dan Ani pergi ke pasar pada hari Senin untuk membeli buah segar dan sayur. Keduanya pulang malam. Anak-anak ikut."
    )
    assert (notice.message, notice.lost) == ("2 words divided at the end of a line were put together.", False)
    (record,), complaints = read(tmp_path / "a.pdf", pdf([column(*lines)]), lines="keep")
    assert record.text.split("\n") == list(lines)
    assert complaints == []


def test_a_sentence_goes_on_over_a_page_and_a_column(tmp_path):
    assert text_of(tmp_path / "a.pdf", column(FIRST[0]), column(FIRST[1], "", "Akhir.")) == [" ".join(FIRST), "Akhir."]
    left = column("Kebakaran melanda pasar di", "Bogor, kata Wali Kota. Api", "baru dapat dipadamkan lama", top=690)
    right = column("setelah petugas datang dari", "kota lain. Tidak ada yang", "terluka.", "Akhir.", x=330, top=690)
    told = text_of(tmp_path / "a.pdf", [*column("Judul di atas kedua kolom yang lebar", size=22), *left, *right])
    whole = (
        "Kebakaran melanda pasar di Bogor, kata Wali Kota. Api baru dapat dipadamkan lama "
        "setelah petugas datang dari kota lain. Tidak ada yang terluka."
    )
    assert told == [
        "Judul di atas kedua kolom yang lebar",
        whole,
        "Akhir.",
    ]
    assert text_of(tmp_path / "a.pdf", column(FIRST[0]), column("Petugas datang.")) == [FIRST[0], "Petugas datang."]


def test_a_line_that_is_set_in_and_one_that_ends_early_begin_and_end_paragraphs(tmp_path):
    ends_early = [*column(*FIRST), *column("Ia pulang.", top=692), *column(*FIRST, top=678)]
    assert text_of(tmp_path / "a.pdf", ends_early) == [f"{' '.join(FIRST)} Ia pulang.", " ".join(FIRST)]
    set_in = [*column(*FIRST), *column(FIRST[0], x=90, top=692), *column(FIRST[1], top=678)]
    assert text_of(tmp_path / "a.pdf", set_in) == [" ".join(FIRST)] * 2
    items = column(FIRST[0], "- satu hal yang lain", "- dua hal yang lain", "1. tiga hal")
    assert text_of(tmp_path / "a.pdf", items) == [FIRST[0], "- satu hal yang lain", "- dua hal yang lain", "1. tiga hal"]
    hanging = [*column("- " + FIRST[0]), *column(FIRST[1], x=84, top=706), *column("- lain", top=692)]
    assert text_of(tmp_path / "a.pdf", hanging) == ["- " + " ".join(FIRST), "- lain"]


def test_scanned_pages_are_named(tmp_path):
    pages = [column("Satu."), [], [], column("Empat."), []]
    (record,), (complaint,) = read(tmp_path / "a.pdf", pdf(pages, picture=True))
    assert record.text == "Satu.\nEmpat."
    assert complaint.lost
    assert complaint.message.startswith("Pages 2 to 3, 5 held pictures and no text")
    (record,), complaints = read(tmp_path / "a.pdf", pdf(pages))
    assert complaints == [], "a page with nothing on it has nothing to lose"
    records, (complaint,) = read(tmp_path / "a.pdf", pdf([[], []], picture=True))
    assert records == []
    assert "needs text recognition" in complaint.message
    records, (complaint,) = read(tmp_path / "a.pdf", pdf([[]]))
    assert records == []
    assert "nothing on its pages" in complaint.message


def test_a_protected_file_says_so(tmp_path):
    path = tmp_path / "a.pdf"
    key = "<" + "00" * 32 + ">"
    path.write_bytes(
        pdf([column("Satu.")], extra=f"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -44 >>")
    )
    with pytest.raises(FormatError, match="is protected by a password"):
        articles_pdf.read(path, ReadDefaults())


@pytest.mark.parametrize("data", [b"", b"junk", b"%PDF-1.4\n", b"%PDF-1.7\n%%EOF" + b"\x00" * 100])
def test_what_is_no_pdf_is_one_sentence(tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="is no PDF file, or a broken one"):
        articles_pdf.read(path, ReadDefaults())


def test_a_file_cut_off_in_the_middle_is_records_or_a_sentence(tmp_path):
    whole = pdf([column(*FIRST), column("Dua.")])
    path = tmp_path / "a.pdf"
    came = 0
    for length in range(0, len(whole), 23):
        path.write_bytes(whole[:length])
        try:
            found = list(articles_pdf.read(path, ReadDefaults()))
        except FormatError:
            continue
        came += any(isinstance(item, Record) for item in found)
        assert found
    assert came, "PDFium mends a lost table of places"


def test_options_that_do_not_fit_and_files_that_are_gone_are_refused_at_once(tmp_path):
    with pytest.raises(FormatError, match="“lines” is one of: join, keep"):
        articles_pdf.read(tmp_path / "a.pdf", ReadDefaults(), lines="none")
    with pytest.raises(FormatError, match="does not exist"):
        articles_pdf.read(tmp_path / "a.pdf", ReadDefaults())


def test_a_file_is_known_by_its_suffix_or_its_beginning(tmp_path):
    for name in ("a.pdf", "B.PDF", "noname"):
        (tmp_path / name).write_bytes(pdf([column("Satu.")]))
        assert detect(tmp_path / name).name == "pdf"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mem~beli", "membeli"),
        ("Anak~anak", "Anak-anak"),
        ("berlari~lari", "berlari-lari"),
        ("buah~buahan", "buah-buahan"),
        ("ke~5", "ke-5"),
        ("COVID~19", "COVID-19"),
        ("Jawa~Bali", "Jawa-Bali"),
        ("2024~lalu", "2024-lalu"),
        ("sayur~mayur dan sayur-mayur", "sayur-mayur dan sayur-mayur"),
        ("anti~teror, kata pasukan antiteror", "antiteror, kata pasukan antiteror"),
        ("ke~ke", "keke"),
        ("kata ~ kata", "kata - kata"),
        ("~", "-"),
        ("satu~dua~tiga", "satudua-tiga"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_it_belongs_to_the_word(text, told):
    assert mended(text.replace("~", BROKEN_WORD))[0] == told


def test_a_text_without_divided_words_stays_as_it_is():
    assert mended("a-b c") == ("a-b c", 0)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("Ia pergi", "ke pasar."), ["Ia pergi ke pasar."]),
        (("Ia pergi.", "Lalu pulang."), ["Ia pergi.", "Lalu pulang."]),
        (("Ia pergi.”", "lalu"), ["Ia pergi.”", "lalu"]),
        (("Ia pergi", "• satu"), ["Ia pergi", "• satu"]),
        (("東京で", "会った"), ["東京で会った"]),
        (("서울에서", "만났다"), ["서울에서 만났다"]),
        ((), []),
    ],
)
def test_where_places_are_not_known_the_text_alone_decides(lines, told):
    assert list(joined([[Line(line) for line in lines]])) == told


def test_letters_of_another_size_are_another_paragraph():
    title, body = Line("Judul besar", 72, 300, 700, 700, 20), Line("kecil", 72, 300, 680, 680, 11)
    assert list(joined([[title, body]])) == ["Judul besar", "kecil"]
    assert list(joined([[title, Line("lanjut", 72, 300, 676, 676, 20)]])) == ["Judul besar lanjut"]
