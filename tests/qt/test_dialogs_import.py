"""The import's dialog step by step, by keys alone: a look at the files, their labels, and the check before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QWidget

from annotator.commands.previewing import survey
from annotator.domain.annotations import Kind
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.mapping_plan import Fate
from annotator.domain.mending import Repair
from annotator.store.project import create
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.import_files import CHECK, FILES, LABELS, LOOK, ImportDialog
from annotator.ui.i18n import number
from tests.qt.panels_support import drop, dropped, opened

SCHEME = completed(LabelScheme("s", (SpanLabel("PERSON"), SpanLabel("PLACE")), (RelationLabel("visited"),)))
TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
SPANS = [
    {"id": "p", "start": 0, "end": 5, "label": "person"},
    {"id": "r", "start": 13, "end": 19, "label": "LOC"},
    {"id": "j", "start": 27, "end": 21, "label": "person"},
]


class Now:
    """Surveys at once, and remembers with which options; ``late`` keeps the answers back."""

    def __init__(self, connection, *, late: bool = False, fails: str = "") -> None:
        self.connection, self.late, self.fails = connection, late, fails
        self.asked: list = []
        self.waiting: list = []
        self.stopped = 0

    def start(self, paths, options, done, failed) -> None:
        self.asked.append(options)
        if self.fails:
            failed(self.fails)
            return

        def answer() -> None:
            done(survey(self.connection, SCHEME, paths, options))

        if self.late:
            self.waiting.append(answer)
        else:
            answer()

    def stop(self) -> None:
        self.stopped += 1


class Answers(Ask):
    """Answers in place of the user."""

    def __init__(self, *paths: Path) -> None:
        super().__init__()
        self.paths = list(paths)

    def open_file(self, _title, _folder, _patterns):
        return self.paths[0] if self.paths else None

    def folder(self, _title, _folder):
        return self.paths[0] if self.paths else None


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "p.annotator", scheme=SCHEME, language="id")
    yield made
    made.close()


@pytest.fixture
def make(qtbot, project, tmp_path):
    window = QWidget()  # as in the program: a dialog without one belongs to Python, and may be collected while another is painted
    qtbot.addWidget(window)

    def made(*paths: Path, ask: Ask | None = None, remembered=None, **options) -> tuple[ImportDialog, Now]:
        surveyor = Now(project.connection, **options)
        dialog = ImportDialog(
            tmp_path,
            ["text", "jsonl", "doccano", "brat"],
            ask or Answers(),
            window,
            paths=paths,
            surveyor=surveyor,
            scheme=SCHEME,
            remembered=remembered,
        )
        opened(qtbot, dialog)
        return dialog, surveyor

    return made


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def line(name: str = "a", text: str = TEXT, **fields) -> str:
    return json.dumps({"name": name, "text": text, **fields}, ensure_ascii=False)


@pytest.fixture
def damaged(tmp_path) -> Path:
    return write(tmp_path / "in.jsonl", line(spans=SPANS), "{broken", line("b"))


def press(qtbot, dialog: ImportDialog, key: Qt.Key, times: int = 1) -> None:
    for _ in range(times):
        qtbot.keyClick(QApplication.focusWidget() or dialog, key)


# Steps


def test_enter_goes_from_step_to_step_and_imports_at_the_last(qtbot, make, damaged):
    dialog, surveyor = make(damaged)
    steps = [dialog.steps.currentIndex()]
    for _ in range(3):
        press(qtbot, dialog, Qt.Key.Key_Return)
        steps.append(dialog.steps.currentIndex())
    assert steps == [FILES, LOOK, LABELS, CHECK]
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.accepted):
        press(qtbot, dialog, Qt.Key.Key_Return)
    assert surveyor.stopped == 1


def test_back_goes_back_and_nothing_is_read_twice_for_nothing(qtbot, make, damaged):
    dialog, surveyor = make(damaged)
    dialog.next.click()
    dialog.next.click()
    assert len(surveyor.asked) == 1
    dialog.back.click()
    dialog.back.click()
    assert dialog.steps.currentIndex() == FILES
    assert not dialog.back.isEnabled()
    dialog.next.click()
    assert len(surveyor.asked) == 1
    dialog.back.click()
    dialog.kind.setCurrentIndex(dialog.kind.findData(str(Kind.GOLD)))
    dialog.next.click()
    assert [options.kind for options in surveyor.asked] == [Kind.MODEL, Kind.GOLD]


def test_escape_leaves_at_any_step(qtbot, make, damaged):
    dialog, surveyor = make(damaged)
    dialog.next.click()
    with qtbot.waitSignal(dialog.rejected):
        press(qtbot, dialog, Qt.Key.Key_Escape)
    assert surveyor.stopped == 1


def test_articles_without_labels_skip_that_step(make, tmp_path):
    (tmp_path / "a.txt").write_text("Isi artikel.", encoding="utf-8")
    dialog, _ = make(tmp_path / "a.txt")
    dialog.next.click()
    dialog.next.click()
    assert dialog.steps.currentIndex() == CHECK
    dialog.back.click()
    assert dialog.steps.currentIndex() == LOOK


def test_while_the_files_are_read_the_next_step_waits_and_import_does_not(make, damaged):
    dialog, surveyor = make(damaged, late=True)
    dialog.next.click()
    assert dialog.busy.isVisible()
    assert "Reading" in dialog.complaint.text()
    assert not dialog.next.isEnabled()
    assert dialog.accept_button.isEnabled()
    surveyor.waiting.pop()()
    assert not dialog.busy.isVisible()
    assert dialog.next.isEnabled()
    assert dialog.complaint.text() == ""


def test_what_stops_the_reading_is_said(make, damaged):
    dialog, _ = make(damaged, fails="The project was moved.")
    dialog.next.click()
    assert dialog.complaint.text() == "The project was moved."
    assert not dialog.next.isEnabled()


def test_nothing_goes_on_without_files(make):
    dialog, _ = make()
    assert not dialog.next.isEnabled()
    assert not dialog.accept_button.isEnabled()


def test_a_file_and_a_folder_are_dropped(make, tmp_path):
    folder, file = tmp_path / "articles", tmp_path / "b.txt"
    folder.mkdir()
    (folder / "a.txt").write_text("Isi.")
    file.write_text("Lain.")
    dialog, _ = make()
    drop(dialog.page, folder, file, folder)
    assert dialog.values().paths == (folder, file)
    assert dialog.accept_button.isEnabled()


def test_what_is_no_file_cannot_be_dropped(make):
    dialog, _ = make()
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.txt")])
    data.setText("a.txt")
    assert not dropped(dialog.page, data)
    assert dialog.values().paths == ()


def test_a_folder_is_added(make, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Isi.")
    dialog, _ = make(ask=Answers(folder))
    dialog.add_folder.click()
    assert dialog.values().paths == (folder,)
    dialog.next.click()
    assert "1 new document" in dialog.look.counts.text()


# The look


def test_what_the_files_are_and_their_first_articles_are_shown(make, damaged):
    dialog, _ = make(damaged)
    dialog.next.click()
    facts, counts = dialog.look.facts.text(), dialog.look.counts.text()
    assert "in.jsonl: Native JSONL" in facts
    assert "code points" in facts
    assert "2 new documents, 2 spans" in counts
    assert "by import" in counts
    article = dialog.look.article
    assert article.model.text == TEXT
    assert [span.label for span in article.model.spans_in(0, 99)] == ["PERSON", "LOC"]  # as they will be called here
    assert "1 of the first 2: a" in dialog.look.name.text()
    dialog.look.next.click()
    assert "2 of the first 2: b" in dialog.look.name.text()
    assert not dialog.look.next.isEnabled()
    dialog.look.previous.click()
    assert "1 of the first 2" in dialog.look.name.text()


def test_files_without_any_article_say_so(make, tmp_path):
    dialog, _ = make(write(tmp_path / "in.jsonl", "{broken"))
    dialog.next.click()
    assert "no article" in dialog.look.name.text()
    assert dialog.look.article.model is None
    dialog.next.click()
    assert dialog.check.title.text() == "1 thing would be left out."


def test_the_encoding_that_a_file_seems_to_have_is_taken(make, tmp_path):
    (tmp_path / "a.txt").write_bytes("“Ya”, katanya di sebuah kafé di Jakarta.".encode("cp1252"))
    dialog, surveyor = make(tmp_path / "a.txt")
    dialog.next.click()
    assert dialog.values().encoding == "cp1252"
    assert [options.encoding for options in surveyor.asked] == ["", "cp1252"]
    assert dialog.look.article.model.text.startswith("“Ya”")


def test_the_options_of_a_format_are_offered_and_read_anew(make, tmp_path):
    path = write(tmp_path / "a.doccano.jsonl", json.dumps({"id": 1, "text": "😀 Budi", "label": [[3, 7, "PER"]]}))
    dialog, surveyor = make(path)
    dialog.next.click()
    box = dialog.look._options["offsets"]
    assert dialog.values().format_options == {}
    box.setCurrentIndex(box.findData("code-points"))
    assert surveyor.asked[-1].format_options == {"offsets": "code-points"}
    assert dialog.values().format_options == {"offsets": "code-points"}


def test_a_long_article_is_shown_in_part(make, tmp_path):
    dialog, _ = make(write(tmp_path / "in.jsonl", line(text=TEXT * 1000, spans=SPANS[:1])))
    dialog.next.click()
    assert len(dialog.look.article.model.text) == 6000


# Labels


@pytest.fixture
def labelled(make, damaged):
    def made(**options):
        dialog, surveyor = make(damaged, **options)
        dialog.next.click()
        dialog.next.click()
        return dialog, surveyor

    return made


def rows(dialog: ImportDialog) -> list[list[str]]:
    table = dialog.labels.table
    return [[table.topLevelItem(row).text(column) for column in range(3)] for row in range(table.topLevelItemCount())]


def choose(dialog: ImportDialog, label: str) -> None:
    table = dialog.labels.table
    table.setCurrentItem(table.findItems(label, Qt.MatchFlag.MatchExactly, 0)[0])


def test_each_label_is_listed_with_its_count_and_what_it_becomes(labelled):
    dialog, _ = labelled()
    assert rows(dialog) == [["person", "1", "PERSON"], ["LOC", "1", "new: LOC · key 3"]]
    assert dialog.values().mapping.spans == {"person": "PERSON"}
    assert [label.name for label in dialog.values().mapping.added.spans] == ["LOC"]


def test_a_label_is_given_to_one_that_is_there_or_left_out(labelled):
    dialog, _ = labelled()
    choose(dialog, "LOC")
    page = dialog.labels
    page.becomes.setCurrentIndex(page.becomes.findText("PLACE"))
    assert rows(dialog)[1][2] == "PLACE"
    assert not page.name.isVisible()
    assert dialog.values().mapping.spans == {"person": "PERSON", "LOC": "PLACE"}
    page.becomes.setCurrentIndex(0)
    assert rows(dialog)[1][2] == "left out"
    assert dialog.values().mapping.spans["LOC"] == ""


def test_a_new_label_gets_a_name_a_colour_and_a_key(qtbot, labelled):
    dialog, _ = labelled()
    choose(dialog, "LOC")
    page = dialog.labels
    page.name.selectAll()
    qtbot.keyClicks(page.name, "KOTA")
    page.color.setCurrentIndex(page.color.findData("#882255"))
    page.key.setCurrentIndex(page.key.findData("z"))
    added = dialog.values().mapping.added.span("KOTA")
    assert (added.color, added.key) == ("#882255", "z")
    assert rows(dialog)[1][2] == "new: KOTA · key z"
    page.name.clear()
    page.name.textEdited.emit("")
    assert "Give the new label for “LOC” a name." in dialog.complaint.text()
    assert not dialog.next.isEnabled()
    assert not dialog.accept_button.isEnabled()


def test_the_arrows_walk_through_the_labels_and_tab_reaches_the_fields(qtbot, labelled):
    dialog, _ = labelled()
    dialog.activateWindow()
    dialog.labels.table.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.labels.table)
    press(qtbot, dialog, Qt.Key.Key_Down)
    assert dialog.labels.becomes.currentText() == "A new label"
    reached = set()
    for _ in range(12):
        press(qtbot, dialog, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    page = dialog.labels
    assert {page.becomes, page.name, page.color, page.key, page.from_file, dialog.next, dialog.accept_button} <= reached


def test_labels_are_taken_from_a_file(labelled, tmp_path):
    scheme = tmp_path / "other.json"
    scheme.write_text(json.dumps({"name": "o", "spans": [{"name": "Loc", "color": "#123456"}, "DATE"]}))
    dialog, _ = labelled(ask=Answers(scheme))
    dialog.labels.from_file.click()
    assert rows(dialog)[1][2] == "Loc"
    assert "2 labels of other.json are added" in dialog.labels.said.text()
    assert dialog.values().mapping.added.span("Loc").color == "#123456"
    scheme.write_text("{")
    dialog.labels.from_file.click()
    assert "no label scheme" in dialog.labels.said.text()


def test_a_scheme_beside_the_files_is_offered(make, damaged):
    beside = damaged.with_name("in.jsonl.labels.json")
    beside.write_text(json.dumps({"name": "o", "spans": ["LOC"]}))
    dialog, _ = make(damaged)
    dialog.next.click()
    dialog.next.click()
    assert dialog.labels.beside.isVisible()
    assert "in.jsonl.labels.json" in dialog.labels.beside.text()
    dialog.labels.beside.click()
    assert rows(dialog)[1][2] == "LOC"


# The check


@pytest.fixture
def checked(labelled):
    def made(**options):
        dialog, surveyor = labelled(**options)
        dialog.next.click()
        return dialog, surveyor

    return made


def problems(dialog: ImportDialog) -> list[tuple[str, str]]:
    table = dialog.check.list.table
    return [(table.topLevelItem(row).text(1), table.topLevelItem(row).text(2)) for row in range(table.topLevelItemCount())]


def test_every_problem_is_listed_by_line_and_reason(checked):
    dialog, _ = checked()
    assert dialog.check.title.text() == "2 things would be left out."
    assert [(place, message.split(" ")[0]) for place, message in problems(dialog)] == [("1", "The"), ("2", "The"), ("1", "The")]
    assert "ends before it starts" in problems(dialog)[0][1]
    assert dialog.check.list.detail.text() == problems(dialog)[0][1]
    assert "1 item breaks a rule" in dialog.check.figures.text()


def test_a_repair_is_offered_with_its_count_and_shows_at_once_what_it_mends(checked):
    dialog, surveyor = checked()
    boxes = dialog.check.repairs
    assert [kind for kind, box in boxes.items() if box.isVisible()] == [Repair.INVERTED, Repair.EDGES]
    assert "(1)" in boxes[Repair.INVERTED].text()
    boxes[Repair.INVERTED].click()
    assert surveyor.asked[-1].repair == {Repair.INVERTED}
    assert dialog.check.title.text() == "1 thing would be left out."
    assert any(message.startswith("Repaired: ") for _, message in problems(dialog))
    assert dialog.values().repair == {Repair.INVERTED}


def test_the_check_reads_with_the_labels_that_were_chosen(checked):
    _, surveyor = checked()
    assert surveyor.asked[-1].mapping.spans == {"person": "PERSON"}


def test_sound_files_have_nothing_to_list(make, tmp_path):
    dialog, _ = make(write(tmp_path / "in.jsonl", line(spans=SPANS[:1])))
    for _ in range(3):
        dialog.next.click()
    assert dialog.check.title.text() == "Everything would come in."
    assert not dialog.check.list.isVisible()


def test_more_problems_than_are_listed_are_counted(make, tmp_path):
    dialog, _ = make(write(tmp_path / "in.jsonl", line(), *["{broken"] * 1500))
    dialog.next.click()
    dialog.next.click()
    assert dialog.check.list.table.topLevelItemCount() == 1000
    assert dialog.check.hidden.text().startswith("500 more")
    assert dialog.check.title.text() == f"{number(1500)} things would be left out."


# What is remembered


def test_choices_are_remembered_and_offered_again(checked, make, damaged):
    dialog, _ = checked()
    dialog.annotator.setText("budi")
    dialog.kind.setCurrentIndex(dialog.kind.findData(str(Kind.PERSON)))
    dialog.strict.setChecked(True)
    dialog.check.repairs[Repair.EDGES].setChecked(True)
    dialog.labels.plan.fates["span", "LOC"] = Fate("PLACE")
    kept = json.loads(json.dumps(dialog.remember()))
    again, _ = make(damaged, remembered=kept)
    first = again.values()
    assert (first.annotator, first.kind, first.strict, first.repair) == ("budi", Kind.PERSON, True, {Repair.EDGES})
    again.next.click()
    again.next.click()
    assert rows(again)[1] == ["LOC", "1", "PLACE"]


@pytest.mark.parametrize("odd", [{"annotator": 3, "repair": "x", "labels": {}, "kind": "nobody"}, {"strict": "yes"}, {}])
def test_what_is_remembered_oddly_does_no_harm(make, damaged, odd):
    dialog, _ = make(damaged, remembered=odd)
    assert (dialog.values().annotator, dialog.values().strict, dialog.values().repair) == ("import", False, frozenset())
    assert dialog.values().kind is Kind.MODEL
