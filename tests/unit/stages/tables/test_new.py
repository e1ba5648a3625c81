"""evidence new: a folder that is sound from the first moment."""

import datetime
from dataclasses import fields

import pytest
import yaml

from evidence.cli import cli
from evidence.config import KEYS, Config, leaves, load
from evidence.problems import EvidenceError
from evidence.stages.tables.checks.checks import check
from evidence.stages.tables.new import scaffold
from evidence.store import codebook
from evidence.store import schema as schemas

DAY = datetime.date(2026, 1, 2)


def test_every_table_has_its_header(tmp_path):
    made = scaffold(tmp_path / "iron", DAY)
    assert all((tmp_path / "iron" / name).is_file() for name in made)
    for name in schemas.TABLES:
        lines = (tmp_path / f"iron/data/raw/{name}.csv").read_text(encoding="utf-8").split("\n")
        assert lines == [",".join(schemas.load(name).needed), ""]
    assert (tmp_path / "iron/data/raw/README.md").read_text(encoding="utf-8") == codebook.render()


def test_check_is_green(tmp_path):
    scaffold(tmp_path / "iron", DAY)
    problems, flags, _ = check(tmp_path / "iron")
    assert (problems, flags) == ([], [])


def test_config_names_every_key_with_its_default(tmp_path):
    scaffold(tmp_path / "low_iron", DAY)
    written = leaves(yaml.safe_load((tmp_path / "low_iron/config/config.yaml").read_text(encoding="utf-8")))
    assert set(written) == set(KEYS)
    config = load(tmp_path / "low_iron")
    assert (config.title, config.date) == ("Low iron", DAY)
    for field in fields(Config)[4:]:
        assert getattr(config, field.name) == field.default, field.name


@pytest.mark.parametrize(
    "name, title",
    [('low iron\'s "new" review', 'Low iron\'s "new" review'), ("ä: b", "Ä: b"), ("- x", "X"), ("2026", "2026"), ("null", "Null")],
)
def test_any_name_makes_a_config_that_can_be_read(tmp_path, name, title):
    scaffold(tmp_path / name, DAY)
    assert load(tmp_path / name).title == title


def test_what_is_there_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    for place in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(EvidenceError) as error:
            scaffold(place, DAY)
        assert str(error.value) == f"{place}: there is something there already. Name a folder that is new or empty."
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_command(tmp_path, capsys):
    folder = tmp_path / "a" / "iron"
    assert cli.main(["new", str(folder)]) == 0
    assert capsys.readouterr().out == f"A new review is in {folder}: read {folder / 'README.md'} first.\n"
    assert f"snakemake --cores 4 --directory {folder}" in (folder / "README.md").read_text(encoding="utf-8")
    assert cli.main(["new", str(folder)]) == 2
    assert capsys.readouterr().err.endswith("Name a folder that is new or empty.\n1 problem to mend.\n")


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert cli.main(["new", str(tmp_path / "file/iron")]) == 2
    told = capsys.readouterr().err
    assert told == (
        f"{tmp_path / 'file/iron/data/raw/studies.csv'}: Not a directory. Check that the path is right, that you may write there, and that the disk has room.\n"
        "1 problem to mend.\n"
    )
