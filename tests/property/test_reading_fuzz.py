"""Thousands of damaged CSVs: each is read, or refused with messages that name the file; never a traceback or a hang.

The damage is seeded, so that a failure can be repeated: the message names the seed.
"""

import csv
import io
import json
import random
import shutil
import warnings
from pathlib import Path

import pytest

import evidence as ev
from evidence.cli import cli
from evidence.problems import Problem
from evidence.stages.tables.checks.checks import check
from evidence.stages.tables.checks.report import report_json, report_text
from evidence.store.schema import TABLES, load
from tests.support.toy import folder, group, number, p, sd, se, study

ROOT = Path(__file__).parents[2]
BYTES = [b"\0", b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a",
         b"\x80", b"'", b"\\", b"=cmd|'x'!A0", b"#", b"sep=;\n"]  # fmt: skip
CELLS = ["", " ", "0", "-1", "1e29", "-1e29", "1e-29", "1e308", "1e-308", "1e999", "0e9999", "1e-9999", "-0.0", "nan", "inf", "NA", "1,234", "1.234,5", "5,3", "12-May",
         "2021-05-12", "<0.05", "=1+1", "\u22125", "\u2013", "\u00a05", "\u0663", "\ud7ff", "a;b;;c", ";", "s", "treated", "level", "sd", "se",
         "ci95", "iqr", "range", "unlabelled", "baseline", "followup", "change", "difference", "events", "percent", "odds_ratio", "correlation",
         "percent_change", "fold_change", "estimate", "1", "2", "5", "1e9", "0.5", "=", "<", ">", "x" * 5000, '"', "line\nbreak",
         "change_from_baseline", "between_periods", "rct_crossover", "ROM", "PLO", "9" * 400, "0." + "0" * 400 + "1"]  # fmt: skip

NUMBERS = ["", "0", "0.0", "-1", "1", "2", "3", "5", "10", "100", "0.5", "-0.5", "0.05", "0.999", "1e9", "1e29", "-1e29", "2e-30", "0e9999"]


def base(path):
    """A small evidence base in which most checks have something to look at."""
    return folder(
        path,
        studies=[study("s", doi="10.1000/a"), study("t", cohort_id="s", design="rct_crossover")],
        groups=[group("s", n=20), group("s", "part", part_of="treated", n=8), group("t"), group("t", "placebo", arm="placebo")],
        measurements=[
            number("s", "10.0", "baseline", n=20, **sd("2.0")),
            number("s", "12.0", n=20, weeks=26, **sd("2.5"), **p("=", "0.03")),
            number("s", "2.0", "change", n=20, **se("0.9"), **p("<", "0.05")),
            number("s", "5", group_id="part", n=8, spread="iqr", spread_low="4", spread_high="6", statistic="median"),
            number("t", "9.0", n=8, **se("0.5"), **p("=", "0.02", "between_periods")),
            number("t", "11.0", n=8, group_id="placebo", **se("0.6")),
            number("t", "0.8", "difference", versus="placebo", statistic="odds_ratio", spread="ci95", spread_low="0.5",
                   spread_high="1.3", **p("=", "0.4", "between_groups")),
        ],
    )  # fmt: skip


def with_bytes(content, chance):
    """Bytes with some runs deleted, doubled, replaced or inserted."""
    content = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content) + 1)
        length = chance.choice([0, 1, 1, 2, 5, 40])
        new = chance.choice([chance.choice(BYTES), bytes([chance.randrange(256)]), b"", bytes(content[start : start + 40]) * 2])
        content[start : start + length] = new
    return bytes(content)


def with_cells(content, chance):
    """A table with some cells, rows or columns replaced, lost or doubled."""
    rows = [line.split(",") for line in content.decode().splitlines()]
    for _ in range(chance.randint(1, 5)):
        row = chance.choice(rows)
        act = chance.randrange(8)
        if act < 5:
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        elif act == 5 and len(row) > 1:
            del row[chance.randrange(len(row))]
        elif act == 6:
            rows.insert(chance.randrange(len(rows) + 1), list(row))
        else:
            row.append(chance.choice(CELLS))
    return "\n".join(",".join(row) for row in rows).encode(chance.choice(["utf-8"] * 8 + ["cp1252", "utf-16"]), "replace")


def damaged(content, chance):
    """Damage of one kind or of both."""
    kind = chance.random()
    if kind > 0.4:
        content = with_cells(content, chance)
    return with_bytes(content, chance) if kind < 0.5 else content


def with_values(rows, schema, chance):
    """A table of right shape with some numbers and options exchanged for others that the schema knows."""
    rows = [dict(row) for row in rows]
    columns = [field for field in schema.fields.values() if field.name in schema.numbers or field.enum]
    for _ in range(chance.randint(0, 6)):
        field = chance.choice(columns)
        chance.choice(rows)[field.name] = chance.choice(NUMBERS if field.name in schema.numbers else [*field.enum, ""])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(schema.fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def examine(place):
    """Problems of a folder, whose report is made too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        problems, flags, summary = check(place)
        assert report_text(problems, flags, summary) and report_json(problems, flags, summary)
    for item in [*problems, *flags]:
        assert isinstance(item, Problem) and item.file.startswith("data/raw/") and item.line >= 0 and item.what
    return problems


@pytest.mark.parametrize("batch", range(4))
def test_no_damage_brings_a_traceback(tmp_path, batch):
    place = base(tmp_path)
    sound = {name: (place / f"data/raw/{name}.csv").read_bytes() for name in TABLES if (place / f"data/raw/{name}.csv").exists()}
    refused = 0
    for seed in range(batch * 600, batch * 600 + 600):
        chance = random.Random(seed)
        name = chance.choice([*sound, "measurements", "measurements"])
        (place / f"data/raw/{name}.csv").write_bytes(damaged(sound[name], chance))
        try:
            refused += bool(examine(place))
        except Exception as error:
            raise AssertionError(f"seed {seed} of {name}") from error
        (place / f"data/raw/{name}.csv").write_bytes(sound[name])
    assert 100 < refused < 600  # the damage is neither always fatal nor always harmless


def test_no_number_brings_a_traceback(tmp_path):
    place = base(tmp_path)
    paths = {name: place / f"data/raw/{name}.csv" for name in ("measurements", "groups", "outcomes", "units")}
    sound = {name: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) for name, path in paths.items()}
    for seed in range(1000):
        chance = random.Random(seed)
        for name, path in paths.items():
            path.write_bytes(with_values(sound[name], load(name), chance))
        try:
            examine(place)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def test_damage_to_the_evidence_base_brings_no_traceback(tmp_path):
    shutil.copytree(ROOT / "data/raw", tmp_path / "data/raw")
    for seed in range(60):
        chance = random.Random(seed)
        name = chance.choice(TABLES)
        path = tmp_path / f"data/raw/{name}.csv"
        sound = path.read_bytes()
        path.write_bytes(with_bytes(sound, chance))
        examine(tmp_path)
        path.write_bytes(sound)


def test_read_gives_tables_or_its_own_error(tmp_path):
    place = base(tmp_path)
    path = place / "data/raw/measurements.csv"
    sound = path.read_bytes()
    read = 0
    for seed in range(150):
        path.write_bytes(damaged(sound, random.Random(seed)))
        try:
            read += len(ev.read(place).measurements) >= 0
        except ev.EvidenceError as error:
            assert error.problems
    assert 0 < read < 150


def test_many_rows_are_checked_in_a_breath(tmp_path):
    place = base(tmp_path)
    path = place / "data/raw/measurements.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [line.replace("Abstract", f"Table {i}") for i in range(600) for line in [first, *rest]]
    path.write_text(head + "".join(rows), encoding="utf-8")
    assert examine(place) == []


def test_the_command_ends_with_0_or_2(tmp_path, capsys):
    place = base(tmp_path)
    path = place / "data/raw/measurements.csv"
    sound = path.read_bytes()
    codes = []
    for seed in range(200):
        path.write_bytes(damaged(sound, random.Random(seed)))
        codes.append(cli.main(["check", str(place), *(["--json"] if seed % 2 else [])]))
        told = capsys.readouterr()
        errors = json.loads(told.out)["summary"]["errors"] if seed % 2 else "Errors (" in told.out
        assert codes[-1] == (2 if errors else 0) and told.err == "", f"seed {seed}"
    assert set(codes) == {0, 2}
