"""Modules that share a costly build are run by one process, so that it is built once."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
COSTLY = {"test_figure_text.py", "test_page.py", "test_report.py", "test_report_whole.py", "test_verdicts.py", "test_trace.py", "test_workbook.py"}


def pytest_collection_modifyitems(items):
    """Group by module; the other tests are dealt out one by one."""
    for item in items:
        if item.path.is_relative_to(HERE / "e2e") or item.path.name in COSTLY:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(HERE).as_posix()))
