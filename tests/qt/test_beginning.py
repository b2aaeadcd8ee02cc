"""Beginning a project: its labels from any tool's file, its first articles and the suggesters that run over them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from annotator.commands.folders import are_plain
from annotator.commands.projects import load_scheme
from annotator.commands.suggester_sources import described
from annotator.domain.annotations import Kind
from annotator.domain.suggesting import SuggesterSetup
from annotator.store import queries
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from tests.qt.panels_support import opened
from tests.qt.window_support import Answers, Seat, make_project, read_only, settle

FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"
BRAT = """[entities]
Person
Place

[relations]
lives_in Arg1:Person, Arg2:Place

[events]

[attributes]
"""
LABEL_STUDIO = """<View>
  <Labels name="label" toName="text"><Label value="Orang" background="#ff0000"/><Label value="Kota"/></Labels>
  <Text name="text" value="$text"/>
</View>
"""


class Folders(Answers):
    """Answers for a folder, too."""

    chosen: Path | None = None

    def folder(self, title: str, folder: Path) -> Path | None:
        del folder
        self.asked.append(title)
        return self.chosen


@pytest.fixture
def dialog(qtbot, tmp_path):
    made = NewProjectDialog(tmp_path / "untitled.annotator", ["indonesian-news", "blank"], "blank", "id", ask=Folders())
    opened(qtbot, made)
    return made


def article(folder: Path, name: str = "satu") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_text("Presiden Joko Widodo tiba di Jakarta pada Senin (12/5).", encoding="utf-8")
    return path


@pytest.fixture
def first_seat(make_seat, tmp_path) -> Seat:
    """A window without a project, whose projects are made in the test's own folder."""
    seat = make_seat()
    seat.settings.set("project.last", str(tmp_path / "before.annotator"))
    return seat


def ask_new(seat: Seat) -> NewProjectDialog:
    seat.trigger("project.new")
    found = seat.dialog(NewProjectDialog)
    assert isinstance(found, NewProjectDialog)
    return found


def take_import(seat: Seat) -> None:
    """Go through the dialog of the import to its end, as it proposes."""
    dialog = seat.dialog(ImportDialog)
    assert isinstance(dialog, ImportDialog)
    closed: list[int] = []
    dialog.finished.connect(closed.append)
    for _ in range(1000):
        if dialog.accept_button.isEnabled():
            dialog.accept_button.click()
        if closed:
            break
        QTest.qWait(20)
    assert closed
    seat.wait_for_job()


def wait_for_suggestions(seat: Seat) -> None:
    waited = 0
    while seat.hands.suggesting.busy and waited < 60_000:
        QTest.qWait(20)
        waited += 20
    settle()


# --- labels from a file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "labels", "counts"),
    [
        ("annotation.conf", BRAT, {"Person", "Place"}, "2 span labels, 1 relation label."),
        ("config.xml", LABEL_STUDIO, {"Orang", "Kota"}, "2 span labels, 0 relation labels."),
        ("doccano.json", '[{"text": "PER"}, {"text": "LOC"}]', {"PER", "LOC"}, "2 span labels, 0 relation labels."),
        ("own.json", '{"name": "own", "spans": ["A"]}', {"A"}, "1 span label, 0 relation labels."),
    ],
)
def test_labels_come_from_the_file_of_any_tool(first_seat, tmp_path, *, name, content, labels, counts):
    seat = first_seat
    dialog = ask_new(seat)
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    dialog._ask = seat.ask
    seat.ask.path = path
    dialog.scheme_file.click()
    assert counts in dialog.about_scheme.text()
    assert dialog.complaint.text() == ""
    dialog.name.setText("baru")
    dialog.create_button.click()
    settle()
    assert {label.name for label in seat.project.scheme.spans} == labels


@pytest.mark.parametrize("name", ["annotation.conf", "config.xml", "s.json"])
def test_a_file_without_labels_is_refused_with_the_reason(dialog, tmp_path, name):
    path = tmp_path / name
    path.write_text("<<<", encoding="utf-8")
    dialog._ask.path = path
    dialog.scheme_file.click()
    assert dialog.complaint.text()
    assert not dialog.create_button.isEnabled()
    dialog.labels.setCurrentIndex(0)
    assert dialog.create_button.isEnabled()


def test_the_configuration_of_a_real_brat_project_is_taken(dialog):
    found = sorted(FIXTURES.glob("**/annotation.conf"))
    if not found:
        pytest.skip("the shared fixtures are not here")
    dialog._ask.path = found[0]
    dialog.scheme_file.click()
    assert dialog.complaint.text() == ""
    assert "span labels" in dialog.about_scheme.text()


# --- first articles and suggesters ---------------------------------------------------------------------------------------------


def test_files_and_folders_are_gathered_and_let_go(dialog, tmp_path):
    first, second = article(tmp_path / "a"), article(tmp_path / "b", "dua")
    assert dialog.values().articles == ()
    dialog._ask.paths = [first]
    dialog.first.files.click()
    dialog._ask.chosen = second.parent
    dialog.first.folder.click()
    dialog.first.files.click()
    assert dialog.values().articles == (first, second.parent), "each once"
    assert dialog.first.names.text() == "satu.txt, b"
    assert str(first) in dialog.first.names.toolTip()
    dialog.first.none.click()
    assert dialog.values().articles == ()
    assert not dialog.first.none.isEnabled()
    dialog._ask.chosen = None
    dialog.first.folder.click()
    assert dialog.values().articles == ()


def test_suggesters_are_those_of_the_language_and_wait_for_articles(dialog, tmp_path):
    boxes = dialog.first.boxes
    assert set(boxes) == {"indonesian-news", "relations"}
    assert not any(box.isEnabled() for box in boxes.values())
    choose_labels(dialog, "indonesian-news")
    assert {dialog.first.reasons[kind].text() for kind in boxes} == {"Choose articles first."}
    assert dialog.values().suggesters == ()
    dialog.first.take([article(tmp_path / "a")])
    assert {dialog.first.reasons[kind].text() for kind in boxes} == {""}
    assert dialog.values().suggesters == ("indonesian-news", "relations")
    boxes["relations"].setChecked(False)
    assert dialog.values().suggesters == ("indonesian-news",)
    dialog.language.setEditText("nl")
    assert dialog.values().suggesters == ()
    assert dialog.first.no_suggester.isVisible()
    dialog.language.setEditText("id")
    assert not dialog.first.no_suggester.isVisible()
    assert boxes["indonesian-news"].isVisible()


def choose_labels(dialog, name):
    dialog.labels.setCurrentIndex(dialog.labels.findData(name))
    assert dialog.labels.currentData() == name


def test_a_suggester_without_a_label_in_the_scheme_is_off_and_says_why(dialog, tmp_path):
    boxes, reasons = dialog.first.boxes, dialog.first.reasons
    choose_labels(dialog, "indonesian-news")
    dialog.first.take([article(tmp_path / "a")])
    path = tmp_path / "annotation.conf"
    path.write_text("[entities]\nOrang\nTempat\n[relations]\ntinggal_di Arg1:Orang, Arg2:Tempat\n[events]\n[attributes]\n")
    dialog._ask.path = path
    dialog.scheme_file.click()
    assert dialog.values().suggesters == ()
    for kind, box in boxes.items():
        assert not box.isChecked()
        assert not box.isEnabled()
        assert reasons[kind].isVisible()
        assert reasons[kind].text() == box.accessibleDescription() == "The label scheme has none of its labels."
    choose_labels(dialog, "indonesian-news")
    assert dialog.values().suggesters == ("indonesian-news", "relations")
    boxes["relations"].setChecked(False)
    path.write_text("[entities]\nPer\n[relations]\n[events]\n[attributes]\n")  # as a run takes PERSON
    dialog.scheme_file.click()
    assert dialog.values().suggesters == ("indonesian-news",)
    assert reasons["relations"].text()


def test_what_was_unticked_stays_so_while_the_labels_change(dialog, tmp_path):
    choose_labels(dialog, "indonesian-news")
    dialog.first.take([article(tmp_path / "a")])
    dialog.first.boxes["indonesian-news"].setChecked(False)
    dialog.name.setText("another")
    assert dialog.values().suggesters == ("relations",)


def test_the_shipped_patterns_of_relations_give_the_relations_of_the_shipped_scheme():
    told = described(SuggesterSetup("relations", "relations"))
    assert set(told.relations) <= {label.name for label in load_scheme("indonesian-news").relations}


def test_a_scheme_is_summed_up_with_attributes_and_categories(dialog, tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{"name": "s", "spans": ["A"], "attributes": [{"name": "sure"}, {"name": "how"}], "categories": ["x"]}')
    dialog._ask.path = path
    dialog.scheme_file.click()
    assert dialog.about_scheme.text() == "1 span label, 0 relation labels, 2 attributes, 1 document category."


@pytest.mark.parametrize("suggest", [True, False])
def test_a_project_begins_with_its_articles_labelled_beforehand(first_seat, tmp_path, suggest):
    seat = first_seat
    seat.show()
    folder = article(tmp_path / "artikel").parent
    dialog = ask_new(seat)
    dialog.name.setText("baru")
    dialog.first.take([folder])
    for box in dialog.first.boxes.values():
        box.setChecked(suggest)
    dialog.create_button.click()
    settle()
    assert seat.project.name == "baru"
    seat.wait_for_job()
    assert not seat.window.findChildren(ImportDialog), "there is nothing to ask about plain text that was chosen already"
    report = seat.dialog(ImportReportDialog)
    assert isinstance(report, ImportReportDialog)
    assert report.counts.text() == "1 new document."
    report.close()
    wait_for_suggestions(seat)
    connection = seat.project.connection
    assert queries.document_count(connection) == 1
    found = queries.find_set(connection, 1, "indonesian-news", Kind.MODEL)
    assert bool(found) is suggest
    if found is not None:
        labelled = {span.surface(seat.document.text) for span in queries.spans(connection, found)}
        assert {"Joko Widodo", "Jakarta"} <= labelled


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("satu.txt", "Café".encode("latin-1")),
        ("satu.txt", "Kabar".encode("utf-16")),
        ("satu.txt", b"a\0b"),
        ("satu.txt", b" \n"),
        ("satu.jsonl", b'{"text": "Kabar"}'),
        ("satu.ann", b"T1\tPER 0 5\tKabar"),
    ],
)
def test_whatever_is_more_than_plain_text_is_asked_about(tmp_path, name, content):
    plain = article(tmp_path / "a", "dua")
    assert are_plain([plain, plain.parent])
    assert not are_plain([])
    assert not are_plain([tmp_path / "gone.txt"])
    (tmp_path / "a" / name).write_bytes(content)
    if name.endswith(".ann"):
        article(tmp_path / "a", "satu")
        assert not are_plain([tmp_path / "a" / "satu.txt"])
    assert not are_plain([plain.parent])


def test_without_articles_nothing_is_imported_and_nothing_runs_later(first_seat, tmp_path):
    seat = first_seat
    dialog = ask_new(seat)
    dialog.name.setText("baru")
    dialog.create_button.click()
    settle()
    assert not [child for child in seat.window.findChildren(ImportDialog) if child.isVisible()]
    seat.hands.shell._importing.ask([article(tmp_path / "a")])
    take_import(seat)
    assert not seat.hands.suggesting.busy


def test_articles_for_another_project_start_no_suggesters(first_seat, tmp_path, project_file):
    seat = first_seat
    dialog = ask_new(seat)
    dialog.name.setText("baru")
    foreign = article(tmp_path / "a")
    foreign.write_text("Café", encoding="latin-1")
    dialog.first.take([foreign])
    dialog.create_button.click()
    settle()
    seat.dialog(ImportDialog).reject()
    assert seat.hands.projects.open(project_file)
    seat.hands.shell._importing.ask([article(tmp_path / "b")])
    take_import(seat)
    assert not seat.hands.suggesting.busy
    assert seat.hands.suggesting.report is None


def test_the_first_page_takes_articles_to_a_new_project(first_seat, tmp_path):
    seat = first_seat
    seat.show()
    seat.window.welcome.articles.click()
    settle()
    assert not [child for child in seat.window.findChildren(NewProjectDialog) if child.isVisible()], "nothing was chosen"
    seat.ask.paths = [article(tmp_path / "a")]
    seat.window.welcome.articles.click()
    settle()
    dialog = seat.dialog(NewProjectDialog)
    assert isinstance(dialog, NewProjectDialog)
    assert dialog.values().articles == tuple(seat.ask.paths)


def test_articles_dropped_without_a_project_go_into_the_new_one(first_seat, tmp_path):
    seat = first_seat
    seat.show()
    path = article(tmp_path / "a")
    seat.hands.shell._on_dropped([path])
    seat.bench.messages.action_button.click()
    dialog = seat.dialog(NewProjectDialog)
    assert isinstance(dialog, NewProjectDialog)
    assert dialog.values().articles == (path,)


# --- while there is nothing yet ------------------------------------------------------------------------------------------------


def test_an_empty_project_says_what_to_do_in_the_middle_of_the_window(first_seat, tmp_path):
    seat = first_seat
    seat.show()
    hint = seat.hands.shell._nothing_yet
    assert not hint.isVisible()
    assert seat.hands.projects.new(tmp_path / "kosong.annotator", "blank", "id")
    settle()
    assert hint.isVisible()
    middle = hint.geometry().center() - seat.view.rect().center()
    assert abs(middle.x()) <= 2
    assert abs(middle.y()) <= 2
    hint.button.click()
    dialog = seat.dialog(ImportDialog)
    assert isinstance(dialog, ImportDialog)
    dialog.add_paths([article(tmp_path / "a")])
    take_import(seat)
    assert seat.document.document.name == "satu"
    assert not hint.isVisible()
    seat.hands.projects.close()
    assert not hint.isVisible()


def test_an_empty_project_that_may_only_be_looked_at_offers_no_import(first_seat, tmp_path):
    path = make_project(tmp_path / "kosong.annotator", [])
    with read_only(path):
        assert first_seat.hands.projects.open(path)
        hint = first_seat.hands.shell._nothing_yet
        assert not hint.isHidden()
        assert hint.button.isHidden()
