"""No test depends on a font of the machine that it runs on: those for Chinese, Japanese and Korean are made (tests/fonts.py)."""

import pytest

from evidence.document import scripts
from tests.support.fonts import forget


@pytest.fixture(autouse=True, scope="session")
def no_font_of_this_machine():
    scripts.font_files = list
    forget()


@pytest.fixture
def install(monkeypatch):
    """A function that makes some font files the only ones of the machine."""

    def installed(*files):
        monkeypatch.setattr(scripts, "font_files", lambda: sorted(map(str, files)))
        forget()

    yield installed
    monkeypatch.undo()
    forget()
