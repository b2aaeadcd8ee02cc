"""Relations by keyboard alone, and what the file then holds."""

from __future__ import annotations


def triples(user) -> set[tuple[str, str, str]]:
    """Every relation of the document as the texts of its ends and its label."""
    text = {span.id: span.surface(user.text) for span in user.document.spans()}
    return {(text[one.head], one.label, text[one.tail]) for one in user.document.relations()}


def relate(user, head: str, tail: str, key: str = "", *, label: str = "") -> None:
    """Make a relation by ``r``, the target's letters and, where several labels are legal, the label's key."""
    user.focus(head)
    user.press("r")
    user.type(user.letters_for(user.span_of(tail, label).id))
    if key:
        assert user.menu is not None
        user.press(key)
    assert user.menu is None


def test_r_offers_exactly_the_legal_targets(at_work):
    def drive(user):
        head = user.focus("bertemu")
        scheme = user.document.scheme
        user.press("r")
        legal = {span.id for span in user.view.scene().spans() if span.id != head.id and scheme.links(head.label, span.label)}
        assert set(user.hints().values()) == legal
        assert "s7" in legal  # Senin, a date
        assert "s11" not in legal  # far below the window
        user.press("Escape")
        assert user.view.cancel_mode() is False
        assert user.surface == "bertemu"

    at_work(drive)


def test_where_one_label_is_legal_it_is_set_at_once(at_work):
    def drive(user):
        relate(user, "bertemu", "Senin")
        assert ("bertemu", "occurred_on", "Senin") in triples(user)
        assert user.relation.label == "occurred_on"
        assert user.relation.reviewed
        assert any(label == "occurred_on" and reviewed for label, *_, reviewed in user.check().relations)

    at_work(drive)


def test_where_several_are_legal_the_key_chooses(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.press("r")
        user.type(user.letters_for(user.span_of("Jawa Barat").id))
        menu = user.menu
        offered = {menu._list.item(row).text().split()[-1] for row in range(menu._list.count())}
        assert offered == {label.name for label in user.document.scheme.links("PERSON", "GPE")}
        before = user.check()
        user.press("3")  # located_in: not between these
        assert user.menu is not None
        user.press("Escape")
        assert user.menu is None
        assert user.check() == before
        relate(user, "Joko Widodo", "Istana Bogor", "5")
        assert user.relation.label == "visited"
        assert user.in_article

    at_work(drive)


def test_hints_take_backspace_and_ignore_letters_that_lead_nowhere(at_work):
    def drive(user):
        user.put_caret("Presiden")
        user.press("f")
        target = user.place("Purwokerto")[0]
        letters = next(code for code in user.hints() if len(code) == 2)
        user.type(letters[0])
        user.press("Backspace")
        assert user.view.caret == 0
        user.type(user.letters_for(target))
        assert user.view.caret == target
        user.focus("Joko Widodo")
        user.press("r", "m", "7")
        assert user.surface == "Joko Widodo"
        assert user.view.cancel_mode()

    at_work(drive)


def test_a_far_target_is_reached_by_scrolling_in_the_middle(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.press("r")
        near = set(user.hints().values())
        assert "s12" not in near
        top = user.view.verticalScrollBar().value()
        user.press("PgDown")
        assert user.view.verticalScrollBar().value() > top
        user.press("End")
        user.view.grab()
        assert set(user.hints().values()) == {"s11", "s12"}
        user.type(user.letters_for("s12"))
        assert user.menu is not None
        user.press("5")
        assert ("Joko Widodo", "visited", "Papua") in triples(user)

    at_work(drive)


def test_a_relation_that_lost_its_source_is_no_longer_being_made(at_work):
    def drive(user):
        user.focus("bertemu")
        user.press("r", "Del")
        assert not user.has("bertemu", "EVENT")
        assert user.view.cancel_mode() is False
        user.press("f", "Ctrl+Z", "Escape")
        assert user.has("bertemu", "EVENT")

    at_work(drive)


def test_a_relation_label_key_relabels_and_an_illegal_one_is_refused_with_the_reason(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.press("Ctrl+Right")
        assert user.relation.id == "r1"
        user.press("6")
        assert user.relation.label == "allied_with"
        assert ("Joko Widodo", "allied_with", "Vladimir Putin") in triples(user)
        user.press("3")
        assert "“located_in” links GPE or LOC or FAC or ORG to GPE or LOC or FAC, not PERSON to PERSON." in user.message
        assert user.relation.label == "allied_with"
        user.press("4")
        assert user.message == ""

    at_work(drive)


def test_ctrl_right_and_left_walk_the_relations_of_a_span_and_g_goes_to_the_other_end(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.press("Ctrl+Right")
        assert user.relation.id == "r1"
        user.press("Ctrl+Right")
        assert user.relation.id == "r3"
        user.press("Ctrl+Right")
        assert user.relation.id == "r1"
        user.press("Ctrl+Left")
        assert user.relation.id == "r3"
        user.press("g")
        assert user.surface == "Rusia"
        user.press("g")
        assert user.surface == "Joko Widodo"
        user.focus("bertemu")
        user.press("g")
        assert "no relation" in user.said

    at_work(drive)


def test_x_turns_a_relation_round_where_its_label_allows_it(at_work):
    def drive(user):
        relate(user, "Joko Widodo", "Vladimir Putin", "7")  # opposes
        assert ("Joko Widodo", "opposes", "Vladimir Putin") in triples(user)
        user.press("x")
        assert ("Vladimir Putin", "opposes", "Joko Widodo") in triples(user)
        assert user.relation.label == "opposes"
        user.press("Ctrl+Z")
        assert ("Joko Widodo", "opposes", "Vladimir Putin") in triples(user)
        user.focus("Joko Widodo")
        user.press("Ctrl+Right")
        while user.relation.id != "r1":
            user.press("Ctrl+Right")
        user.press("x")
        assert user.message == "“met_with” has no direction."
        user.press("Ctrl+Right")
        while user.relation.id != "r3":
            user.press("Ctrl+Right")
        user.press("x")
        assert user.message.startswith("“leads” links PERSON to")
        assert ("Joko Widodo", "leads", "Rusia") in triples(user)

    at_work(drive)


def test_delete_removes_the_relation_and_leaves_its_spans(at_work):
    def drive(user):
        spans = user.document.spans()
        user.focus("Joko Widodo")
        user.press("Ctrl+Right", "Del")
        assert ("Joko Widodo", "met_with", "Vladimir Putin") not in triples(user)
        assert user.document.spans() == spans
        assert user.surface == "Joko Widodo"
        user.press("Ctrl+Right", "Backspace")
        assert triples(user) == {("Bogor", "located_in", "Jawa Barat")}
        user.press("Ctrl+Z", "Ctrl+Z")
        assert len(triples(user)) == 3

    at_work(drive)


def test_enter_accepts_a_relation_and_with_it_its_ends(at_work):
    def drive(user):
        user.focus("Bogor")
        user.press("Ctrl+Right", "Return")
        assert user.document.relation("r2").reviewed
        assert user.document.span("s5").reviewed
        assert user.document.span("s6").reviewed

    at_work(drive)


def test_the_same_relation_twice_is_refused(at_work):
    def drive(user):
        relate(user, "bertemu", "Senin")
        before = user.check()
        relate(user, "bertemu", "Senin")
        assert user.message == "These spans are linked by “occurred_on” already."
        assert user.check() == before

    at_work(drive)


def test_a_span_that_nothing_may_follow_says_so(at_work):
    def drive(user):
        user.focus("Senin")
        user.press("r")
        assert user.view.cancel_mode() is False
        assert "DATE" in user.said or "target" in user.said
        assert user.surface == "Senin"

    at_work(drive)


def test_relabelling_a_span_so_that_its_relation_is_illegal_stops_done_and_shows_where(at_work):
    def drive(user):
        user.focus("Rusia")
        user.press("4")  # leads links a person to a date now
        assert user.span.label == "DATE"
        user.press("Escape", "Ctrl+Return")
        assert user.message.startswith("Not done yet: “leads” links PERSON to")
        assert user.relation is not None
        assert user.relation.id == "r3"
        assert user.check().status == "in progress"
        user.press("Del", "Ctrl+Return")
        assert user.check().status == "done"

    at_work(drive)


def test_v_goes_round_the_ways_to_show_arcs(at_work):
    def drive(user):
        ways = [user.view.look.arcs]
        for _ in range(3):
            user.press("v")
            ways.append(user.view.look.arcs)
        assert ways == ["focused", "all", "none", "focused"]
        user.press("v", "v")
        assert not user.view.scene().arcs
        user.press("v")
        assert {arc.id for arc in user.view.scene().arcs} == {"r1", "r2", "r3"}

    at_work(drive)
