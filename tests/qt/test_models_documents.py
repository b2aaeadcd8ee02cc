"""The document list: what it reads, what it keeps, how it follows changes."""

from tests.qt.panels_support import make_session


def test_x(tmp_path):
    make_session(tmp_path).close()
