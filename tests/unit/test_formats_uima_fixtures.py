"""The real CAS files, one by one: counts beside dkpro-cassis with the right type system, and out again to the same content."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.formats.compare_content import content_losses
from annotator.formats.detect import detect
from annotator.formats.table import FORMATS

cassis = pytest.importorskip("cassis")

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")

XMI = sorted(FIXTURES.glob("cas/**/*.xmi"))
JSON = [path for path in sorted(FIXTURES.glob("cas/**/*.json")) if b"%VIEWS" in path.read_bytes()]
TYPES = {
    "cas_has_fs_with_no_namespace": "typesystem_has_types_with_no_namespace",
    "cas_with_collections": "typesystem_with_collections",
    "cas_with_empty_array_reference": "inception_typesystem",
    "cas_with_nonindexed_fs": "important_dkpro_types",
    "cas_with_reserved_names": "typesystem_with_reserved_names",
    "empty_cas": "small_typesystem",
    "lenient_cas": "small_typesystem",
    "small_cas": "small_typesystem",
}


def told(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def read(path: Path) -> tuple[list[Record], list[Complaint]]:
    reader = FORMATS["uima-xmi" if path.suffix == ".xmi" else "uima-json"].read
    assert reader is not None
    found = list(reader(path, ReadDefaults()))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def judged(path: Path) -> tuple[str, int, int] | None:
    """Return text, annotations that cover text and are neither tokens nor sentences nor of the document, and tokens, as cassis sees
    them; None where it finds no text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".xmi":
            beside = path.with_name(f"{path.stem}-typesystem.xml")
            chosen = FIXTURES / "cas" / "cassis" / "typesystems" / f"{TYPES.get(path.stem, '')}.xml"
            types = beside if beside.is_file() else chosen
            if not types.is_file():
                return None
            system = cassis.load_typesystem(types)
            cas = cassis.load_cas_from_xmi(path, typesystem=system, lenient=True)
        else:
            with path.open("rb") as file:
                cas = cassis.load_cas_from_json(file)
    if not cas.sofa_string:
        return None
    annotations = [found for found in cas.select_all_annotations() if found.begin < found.end]
    short = [found.type.name.rpartition(".")[2] for found in annotations]
    own = [name for name in short if name not in ("Token", "Sentence", "TagsetDescription") and "Document" not in name]
    return cas.sofa_string, len(own), short.count("Token")


@pytest.mark.parametrize("path", [*XMI, *JSON], ids=told)
def test_a_file_brings_what_cassis_finds_in_it(path):
    records, complaints = read(path)
    assert len(records) <= 1
    try:
        wanted = judged(path)
    except (AttributeError, KeyError):
        wanted = None  # no type system in the file, or a view without a text
    if not records:
        assert [complaint.message for complaint in complaints if complaint.lost] == [
            "The file holds no text, so there is no article to bring in."
        ]
        assert wanted is None
        return
    if wanted is not None:
        (record,) = records
        # a type that its type system does not know is left out by cassis, but not here
        unknown = path.stem == "lenient_cas"
        assert (record.text, len(record.spans) - unknown, len(record.tokens or ())) == wanted
    lost = [complaint for complaint in complaints if complaint.lost]
    assert all("covers no text" in complaint.message for complaint in lost)


@pytest.mark.parametrize("path", [*XMI, *JSON], ids=told)
@pytest.mark.parametrize(("name", "suffix"), [("webanno-tsv", ".tsv"), ("uima-xmi", ".xmi"), ("uima-json", ".cas.json")])
def test_a_file_goes_out_again_to_the_same_content(tmp_path, path, name, suffix):
    for record in read(path)[0]:
        writer, reader = FORMATS[name].write, FORMATS[name].read
        assert writer is not None
        assert reader is not None
        report = writer(
            lambda record=record: iter([record]), tmp_path / f"out{suffix}", LabelScheme(), options={}, progress=Progress()
        )
        assert report.losses == []
        (back,) = [item for item in reader(tmp_path / f"out{suffix}", ReadDefaults()) if isinstance(item, Record)]
        assert list(content_losses(record, record, back)) == []


@pytest.mark.parametrize("path", [path for path in XMI if "Emoji" in path.parent.name], ids=told)
def test_offsets_beyond_the_first_emoji(path):
    (record,) = read(path)[0]
    words = [span.surface(record.text) for span in record.spans]
    assert words == record.text.split(" ") or "".join(words) == record.text.replace(" ", "")


def test_xmi_and_json_of_one_document_say_the_same():
    folder = FIXTURES / "cas" / "cassis" / "json" / "fs_as_array" / "ser-ref" / "casWithEmojiUnicodeTextAndAnnotations"
    (left,), (right,) = read(folder / "data.json")[0], read(folder / "debug.xmi")[0]
    assert (left.text, left.spans) == (right.text, right.spans)
    assert len(left.spans) == 9


@pytest.mark.parametrize("path", JSON, ids=told)
def test_the_json_is_known_by_its_marks(path):
    assert detect(path).name == "uima-json"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("inception_misc/**/*.json")), ids=told)
def test_other_json_of_inception_is_no_cas_and_gets_a_sentence(path):
    records, (complaint,) = read(path)
    assert records == []
    assert "no CAS" in complaint.message


CONTRADICTING = "typesystem_with_inheritance_redefined_different.xml"
SYSTEMS = [path for path in sorted(FIXTURES.glob("cas/**/*.xml")) if "types" in path.name and path.name != CONTRADICTING]


@pytest.mark.parametrize("path", SYSTEMS, ids=told)
def test_every_real_type_system_passes_the_check_of_names(path):
    from annotator.formats.uima_types import Types

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = {kind.name for kind in cassis.load_typesystem(path).get_types()}
    assert {kind.name for kind in Types().of_xml(path.read_bytes(), "it").get_types()} == wanted


def test_a_type_system_that_contradicts_itself_is_a_sentence():
    from annotator.errors import FormatError
    from annotator.formats.uima_types import Types

    with pytest.raises(FormatError, match="redefined"):
        Types().of_xml((FIXTURES / "cas" / "cassis" / "typesystems" / CONTRADICTING).read_bytes(), "it")
