"""Whatever is there and whatever is wanted: keys alone lead from the one to the other."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.e2e.replay import Replayer
from tests.e2e.replay_data import build_project
from tests.e2e.replay_hands import BY_CARET, BY_JUMP
from tests.e2e.replay_result import Case, Tally
from tests.e2e.replay_strategies import ANNOTATOR, SCHEME, cases, described

pytestmark = [pytest.mark.timeout(300)]

_REAL_WINDOW = settings(
    deadline=None,
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example is a window: making one smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def replay(use, several: list[Case], way: str) -> Tally:
    tally = Tally()

    def drive(user) -> None:
        replayer = Replayer(user, tally, way=way)
        for case in several:
            replayer.replay(case)
        user.check()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        note(described(several))
        project = build_project(Path(folder) / "any.annotator", SCHEME, several)
        assert use(drive, "open", project, "--annotator", ANNOTATOR) == 0
    return tally


@given(several=st.lists(cases(pieces=3), min_size=2, max_size=6))
@_REAL_WINDOW
def test_any_gold_is_reached_by_jumps(use, several):
    replay(use, several, BY_JUMP)


@given(several=st.lists(cases(pieces=3), min_size=2, max_size=6))
@_REAL_WINDOW
def test_any_gold_is_reached_by_plain_caret(use, several):
    replay(use, several, BY_CARET)
