"""The check of letters that no font of this machine draws, on a toy evidence base that holds some."""

import pytest

from tests.support.checking import messages
from tests.support.fonts import make_font
from tests.support.toy import study

INSTALL = "Debian and Ubuntu: apt-get install fonts-noto-cjk), or type it in Latin letters."
CASES = {
    "undrawn": (
        {"studies": [study("s", authors="Able A"), study("t", authors="王伟; 李娜"), study("u", authors="田中さくら", title="王")]},
        ['data/raw/studies.csv:3 authors: "王伟; 李娜" is Chinese, which no font of this machine draws. '
         f"Install a font such as Noto Sans CJK SC, Noto Sans SC ({INSTALL}",
         'data/raw/studies.csv:4 authors: "田中さくら" is Japanese, which no font of this machine draws. '
         f"Install a font such as Noto Sans CJK JP, Noto Sans JP ({INSTALL}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_a_script_with_a_font_and_a_rare_letter_stop_nothing(tmp_path, install):
    install(make_font(tmp_path / "sc.ttf", "Noto Sans CJK SC", "王伟中"))
    assert messages(tmp_path, "undrawn", studies=[study("s", authors="王伟; 金 ① ＝ שלום محمد")]) == []
