"""Names that begin with a word that says what they are, laws, events, and acronyms behind the words they are made of."""

from __future__ import annotations

import pytest

from annotator.nlp.indonesian_institutions import head_at, kind, known_at, laws, named, phrase_at, spelled
from annotator.nlp.indonesian_words import Words

HEADS = [
    ("Kementerian Luar Negeri membantah", "ORG", "Kementerian Luar Negeri"),
    ("Kementerian Hukum dan HAM menolak", "ORG", "Kementerian Hukum dan HAM"),
    ("Badan Penanggulangan Bencana dan Kebakaran itu", "ORG", "Badan Penanggulangan Bencana dan Kebakaran"),
    ("Mahkamah Konstitusi memutuskan", "ORG", "Mahkamah Konstitusi"),
    ("PT Telkom Indonesia Tbk naik", "ORG", "PT Telkom Indonesia Tbk"),
    ("PT. Sumber Rejeki bangkrut", "ORG", "PT. Sumber Rejeki"),
    ("CV Maju Jaya", "ORG", "CV Maju Jaya"),
    ("Universitas Gadjah Mada", "ORG", "Universitas Gadjah Mada"),
    ("Universitas Indonesia menang", "ORG", "Universitas Indonesia"),
    ("Polda Metro Jaya menahan", "ORG", "Polda Metro Jaya"),
    ("Polres Jakarta Selatan menahan", "ORG", "Polres Jakarta Selatan"),
    ("Pengadilan Negeri Jakarta Pusat", "ORG", "Pengadilan Negeri Jakarta Pusat"),
    ("Partai Persatuan Pembangunan kalah", "ORG", "Partai Persatuan Pembangunan"),
    ("Yayasan Bina Bangsa", "ORG", "Yayasan Bina Bangsa"),
    ("SMA Negeri 6 Bandung", "ORG", "SMA Negeri 6 Bandung"),
    ("Bank Pembangunan Daerah itu", "ORG", "Bank Pembangunan Daerah"),
    ("Dewan Pertimbangan Partai Golkar", "ORG", "Dewan Pertimbangan"),
    ("Lembaga Survei Zulkifli Hasan", "ORG", "Lembaga Survei"),
    ("Kepolisian Daerah Jawa Timur", "ORG", "Kepolisian Daerah Jawa Timur"),
    ("Kota Surabaya macet", "GPE", "Kota Surabaya"),
    ("Kabupaten Jember banjir", "GPE", "Kabupaten Jember"),
    ("Kecamatan Rambipuji, Jember", "GPE", "Kecamatan Rambipuji"),
    ("Desa Suren di sana", "GPE", "Desa Suren"),
    ("Kab. Jember", "GPE", "Kab. Jember"),
    ("Provinsi Jawa Barat itu", "GPE", "Provinsi Jawa Barat"),
    ("Gunung Merapi meletus", "LOC", "Gunung Merapi"),
    ("Laut Jawa", "LOC", "Laut Jawa"),
    ("Sungai Ciliwung meluap", "LOC", "Sungai Ciliwung"),
    ("Pulau Komodo", "LOC", "Pulau Komodo"),
    ("Semenanjung Sinai, Mesir", "LOC", "Semenanjung Sinai"),
    ("Jalan Hayam Wuruk macet", "FAC", "Jalan Hayam Wuruk"),
    ("Jl. Thamrin", "FAC", "Jl. Thamrin"),
    ("Bandara Ngurah Rai tutup", "FAC", "Bandara Ngurah Rai"),
    ("Bandar Udara Ngurah Rai", "FAC", "Bandar Udara Ngurah Rai"),
    ("Stadion Utama Gelora Bung Karno", "FAC", "Stadion Utama Gelora Bung Karno"),
    ("Rumah Sakit Cipto Mangunkusumo", "FAC", "Rumah Sakit Cipto Mangunkusumo"),
    ("Gedung DPR ramai", "FAC", "Gedung DPR"),
    ("RSUD Dr. Soetomo penuh", "FAC", "RSUD Dr. Soetomo"),
    ("Jalan Jenderal Sudirman macet", "FAC", "Jalan Jenderal Sudirman"),
    ("Jembatan Suramadu", "FAC", "Jembatan Suramadu"),
    ("Piala Dunia 2014", "EVENT", "Piala Dunia 2014"),
    ("Perang Dunia II", "EVENT", "Perang Dunia II"),
    ("Pilkada DKI 2017", "EVENT", "Pilkada DKI 2017"),
    ("Liga 1 2017 dimulai", "EVENT", "Liga 1 2017"),
    ("Asian Games 2018", "EVENT", "Asian Games 2018"),
    ("SEA Games", "EVENT", "SEA Games"),
]


@pytest.mark.parametrize(("text", "label", "piece"), HEADS)
def test_heads(text: str, label: str, piece: str) -> None:
    words = Words(text)
    found = named(words, 0)
    assert found is not None
    assert (found[2], text[words.starts[0] : words.ends[found[1] - 1]]) == (label, piece)


NO_NAMES = [
    "Kota itu ramai",
    "Kementerian itu",
    "Jalan ditutup",
    "Gunung meletus",
    "Pilkada ditunda",
    "Tsunami BMKG",
    "Partai",
    "PT",
    "Jl.",
    "Putin tiba",
    "Desa\nSuren",
    "Pasal Karet",
    "Jalan Prof. itu",
]


@pytest.mark.parametrize("text", NO_NAMES)
def test_a_head_alone_is_no_name(text: str) -> None:
    assert named(Words(text), 0) is None


def test_taken_words_end_a_name() -> None:
    words = Words("Universitas Gadjah Mada")
    words.taken[2] = True
    assert named(words, 0) == (0, 2, "ORG", "institution head")
    words.taken[0] = True
    assert named(words, 0) is None


LAWS = [
    ("menurut UU Nomor 8 Tahun 2015 itu", ["UU Nomor 8 Tahun 2015"]),
    ("UU No. 8 Tahun 2015", ["UU No. 8 Tahun 2015"]),
    ("Pasal 27 ayat 3 UU ITE", ["Pasal 27 ayat 3 UU ITE"]),
    ("Pasal 2 ayat (1) berbunyi", ["Pasal 2 ayat (1)"]),
    ("Pasal 33", ["Pasal 33"]),
    ("UUD 1945", ["UUD 1945"]),
    ("Undang-Undang Dasar 1945 menjamin", ["Undang-Undang Dasar 1945"]),
    ("KUHP mengatur", ["KUHP"]),
    ("Perppu Nomor 2 Tahun 2017 tentang Ormas itu", ["Perppu Nomor 2 Tahun 2017 tentang Ormas"]),
    ("Peraturan Pemerintah Nomor 5", ["Peraturan Pemerintah Nomor 5"]),
    ("Pasal 5, Pasal 6 dan Pasal 7", ["Pasal 5", "Pasal 6", "Pasal 7"]),
    ("undang-undang itu", []),
    ("Pasal itu", []),
    ("Undang-Undang tentang", []),
    ("pasal karet", []),
]


@pytest.mark.parametrize(("text", "expected"), LAWS)
def test_laws(text: str, expected: list[str]) -> None:
    words = Words(text)
    assert [text[words.starts[first] : words.ends[last - 1]] for first, last, *_ in laws(words)] == expected


SPELLED = [
    ("Komisi Pemilihan Umum (KPU) bersidang", ("Komisi Pemilihan Umum", "KPU", True)),
    ("Kementerian Komunikasi dan Informatika (KKI)", ("Kementerian Komunikasi dan Informatika", "KKI", True)),
    ("bahan bakar minyak (BBM) naik", ("bahan bakar minyak", "BBM", False)),
    ("pegawai negeri sipil (PNS)", ("pegawai negeri sipil", "PNS", False)),
    ("Susilo Bambang Yudhoyono (SBY)", None),  # of a person, and no institution
    ("Komisi Pemilihan Umum (DPR)", None),
    ("(KPU) bersidang", None),
    ("ia (42) tiba", None),
    ("Partai itu (PKS)", None),
    ("Komisi\nPemilihan Umum (KPU)", None),
]


@pytest.mark.parametrize(("text", "expected"), SPELLED)
def test_acronyms_behind_their_words(text: str, expected: tuple[str, str, bool] | None) -> None:
    words = Words(text)
    found = [(words.piece(first, last), words.words[short], name) for first, last, short, name in spelled(words)]
    assert found == ([expected] if expected else [])


KINDS = [
    ("Kamis", "calendar"),
    ("Mei", "calendar"),
    ("M", "initial"),
    ("Jakarta", "known"),
    ("MOSKOW", "known"),
    ("Golkar", "known"),
    ("KOMPAS.com", "site"),
    ("detik.co.id", "site"),
    ("KPXQ", "acronym"),
    ("PDI-XY", "acronym"),
    ("II", "numeral"),
    ("XIV", "numeral"),
    ("Banjir", "common"),
    ("Menurutnya", "common"),
    ("Orang-orang", "common"),
    ("Slamet", "name"),
    ("Qwxzy", "unknown"),
]


@pytest.mark.parametrize(("word", "expected"), KINDS)
def test_kinds_of_words(word: str, expected: str) -> None:
    assert kind(word) == expected


def test_the_longest_head_phrase_and_name_win() -> None:
    words = Words("Rumah Sakit Kota Bandung Barat Wakil Ketua Umum")
    assert head_at(words, 0) == (2, "FAC")
    assert head_at(words, 2) == (3, "GPE")
    assert head_at(words, 3) == (3, "")
    assert known_at(words, 3) == (5, "GPE")
    assert known_at(words, 0) == (0, "")
    assert phrase_at(words, 5) == 8
    assert phrase_at(words, 3) == 3


def test_names_in_capitals_are_known_unless_they_are_ordinary_words() -> None:
    assert known_at(Words("KUALA LUMPUR"), 0) == (2, "GPE")
    assert known_at(Words("JAWA BARAT"), 0) == (2, "GPE")
    assert known_at(Words("BATU"), 0)[1] == ""
