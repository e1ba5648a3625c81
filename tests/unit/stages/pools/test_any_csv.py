"""`evidence pool FILE.csv`: the engine on any CSV."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.cli.cli import main

DATA = json.loads((Path(__file__).parents[3] / "reference/metafor_models.json").read_text(encoding="utf-8"))["datasets"]["bcg_rr"]


@pytest.fixture
def bcg(tmp_path):
    data = DATA["data"]
    rows = zip(data["yi"], data["vi"], data["fac"], strict=True)
    path = tmp_path / "bcg.csv"
    path.write_text("trial,yi,vi,alloc\n" + "".join(f"t{i},{y!r},{v!r},{f}\n" for i, (y, v, f) in enumerate(rows)), encoding="utf-8")
    return path


def test_json_holds_metafors_numbers(bcg, capsys):
    assert main(["pool", str(bcg), "--test", "z", "--by", "alloc", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    reference = DATA["reference"]["REML_z"]
    for name in ("estimate", "se", "ci_low", "ci_high", "tau2", "I2", "Q", "pi_low"):
        assert out[name] == pytest.approx(reference[name], rel=1e-7), name
    assert out["df"] is None
    between = DATA["reference"]["subgroups_separate_tau2"]
    assert out["Q_between"] == pytest.approx(between["Q_between"], rel=1e-7)
    assert list(out["by"]) == between["levels"]


def test_table_for_the_terminal(bcg, capsys):
    assert main(["pool", str(bcg), "--test", "z"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Random-effects model, REML, test z"
    assert lines[3].split() == ["all", "studies", "13", "-0.7145", "0.1798", "-1.0669", "-0.3622", "<", ".0001", "0.3132", "92.2"]
    assert lines[-1] == "Prediction interval: -1.8667 to 0.4376"


def pooled(path, capsys, *options):
    """What the command prints as JSON."""
    assert main(["pool", str(path), *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(path, capsys, *options):
    """The problems that the command names."""
    assert main(["pool", str(path), *options]) == 2
    return capsys.readouterr().err.splitlines()[:-1]


def csv(tmp_path, text):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("cp1252"))
    return path


def test_standard_errors_instead_of_variances(tmp_path, capsys):
    out = pooled(csv(tmp_path, "d,s\n0.5,2\n"), capsys, "--yi", "d", "--sei", "s")
    assert (out["estimate"], out["se"]) == (0.5, 2)


@pytest.mark.parametrize("text", ["study;yi;vi\nA;0,1;0,02\nB;0,3;0,04\n",
                                  "study\tyi\tvi\nA\t0,1\t0,02\nB\t0,3\t0,04\n",
                                  "sep=;\nstudy;yi;vi\nA;0,1;0,02\nB;0,3;0,04\n", 'study,yi,vi\nA,"0,1","0,02"\nB,"0,3","0,04"\n',
                                  '"",yi,vi\n1,0.1,0.02\n2,0.3,0.04\n'])  # fmt: skip
def test_decimal_commas_and_other_separators(tmp_path, capsys, text):
    out = pooled(csv(tmp_path, text), capsys, "--test", "z")
    assert out["estimate"] == pytest.approx((0.1 / 0.02 + 0.3 / 0.04) / 75, rel=1e-14)
    assert out["se"] == pytest.approx(75**-0.5, rel=1e-14)


def test_rows_of_wrong_width_are_named_with_the_likely_cause(tmp_path, capsys):
    path = csv(tmp_path, "study,yi,vi\nA,0,1,0,02\nB,0.2,0.04\nC,1\nD, or E,0.2,0.04\nF,x,0.04\n")
    assert refused(path, capsys) == [
        f"{path}:2: the row has 5 cells, the header 3. If its numbers have decimal commas, save the file with semicolons between the "
        "cells, or write points; else put a text that holds a comma in quotation marks.",
        f"{path}:4: the row has 2 cells, the header 3. Add the missing cells, empty ones too; a line break within a text needs quotation "
        "marks.",
        f"{path}:5: the row has 4 cells, the header 3. Put a text or number that holds the separator in quotation marks.",
        f'{path}:6 yi: "x" is no number. Correct it, or take the row out.',
    ]


def test_a_header_that_stands_twice(tmp_path, capsys):
    path = csv(tmp_path, "study,yi,vi,yi\nA,1,1,2\n")
    assert refused(path, capsys, "--by", "arm") == [
        f"{path}:1 arm: no such column. The columns are: study, yi, vi, yi.",
        f"{path}:1 yi: the column stands there twice. Delete or rename one of them.",
    ]


def test_empty_cells_and_numbers_that_can_be_read_in_two_ways(tmp_path, capsys):
    path = csv(tmp_path, 'g,yi,vi\na,0.1,0.02\n ,0.3,0.04\nb,0.2,\nb,"1,234",0.04\n')
    assert refused(path, capsys, "--by", "g") == [
        f"{path}:3 g: the subgroup has no name. Name it, or take the row out.",
        f"{path}:4 vi: the cell is empty. Fill it, or take the row out.",
        f'{path}:5 yi: "1,234" can be read as 1.234 or as 1234. Correct it, or take the row out.',
    ]


def test_numbers_beyond_the_engine(tmp_path, capsys):
    path = csv(tmp_path, "yi,sei\n-1e20,1e-29\n1e20,1e-29\n")
    assert refused(path, capsys, "--sei", "sei") == [
        f"{path}: the range of yi, squared, must be at most 1e+60 times the smallest of vi, got 4e+98 times. Check the numbers of the file."
    ]


@pytest.mark.parametrize("text", ["", "yi,vi\n", ",,\n1,2,3\n"])
def test_nothing_to_pool(tmp_path, capsys, text):
    path = csv(tmp_path, text)
    assert refused(path, capsys) == [f"{path}: holds no rows. Give one row per study below the header."]


def test_a_quotation_mark_that_is_never_closed(tmp_path, capsys):
    path = csv(tmp_path, 'study,yi,vi\n"A,0.1,0.02\n')
    assert refused(path, capsys) == [
        f"{path}:2: a quotation mark opened in this row is never closed. Close it; a quotation mark within a quoted text is typed "
        'twice ("").'
    ]


def test_text_of_older_spreadsheets_is_read_and_said(tmp_path, capsys):
    path = csv(tmp_path, "study;yi;vi\nM\u00fcller;0,1;0,02\n")
    assert main(["pool", str(path)]) == 0
    assert capsys.readouterr().err == (
        f"{path}:2: not UTF-8 in line 2, read as Windows-1252 (Latin-1). Check accents and signs there. "
        'Save it as "CSV UTF-8 (comma delimited)".\n'
    )


def test_the_level_holds_for_subgroups_too(tmp_path, capsys):
    path = csv(tmp_path, "g,yi,vi\na,0.1,0.04\nb,0.3,0.04\n")
    out = pooled(path, capsys, "--by", "g", "--level", "0.9")
    assert out["by"]["a"]["ci_low"] == pytest.approx(0.1 - 1.6448536269514722 * 0.2, rel=1e-12)


@pytest.mark.parametrize("option, value, told", [
    *(("--level", value, "is no level: type a number between 0 and 1, such as 0.95") for value in ("95", "0", "1", "nan", "x")),
    *(("--forest", value, "ends in neither .svg nor .png: type the name of a file such as forest.svg") for value in (".", "f.pdf", "png")),
])  # fmt: skip
def test_options_that_cannot_be_used(bcg, capsys, option, value, told):
    with pytest.raises(SystemExit) as ended:
        main(["pool", str(bcg), option, value])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f'evidence pool: error: argument {option}: "{value}" {told}'


def test_where_I2_comes_from(bcg, capsys):
    for method, origin in (("EE", "Q"), ("DL", "tau2 and the typical variance")):
        assert main(["pool", str(bcg), "--method", method]) == 0
        assert f"df = 12, p < .0001; I2 from {origin}\n" in capsys.readouterr().out


def test_unknown_column_and_every_bad_number_are_named(bcg, capsys):
    assert main(["pool", str(bcg), "--by", "aloc"]) == 2
    assert 'aloc: no such column. Did you mean "alloc"?' in capsys.readouterr().err
    text = bcg.read_text(encoding="utf-8").split("\n")
    text[2], text[4] = "t1,x,0.1,a", "t3,1,-0.2,a"
    bcg.write_text("\n".join(text), encoding="utf-8")
    assert main(["pool", str(bcg)]) == 2
    told = capsys.readouterr().err
    assert f'{bcg}:3 yi: "x" is no number.' in told
    assert f'{bcg}:5 vi: "-0.2" is not a number above zero.' in told
    assert "2 problems to mend." in told


def test_missing_file(tmp_path, capsys):
    assert main(["pool", str(tmp_path / "no.csv")]) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


def test_forest_is_drawn(bcg, tmp_path):
    target = tmp_path / "out.svg"
    assert main(["pool", str(bcg), "--forest", str(target), "--transform", "exp"]) == 0
    assert "Study 13" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("name, start", [("out.png", b"\x89PNG"), ("OUT.PNG", b"\x89PNG"), ("out.SVG", b"<?xml")])
def test_the_ending_says_the_format(bcg, tmp_path, name, start):
    assert main(["pool", str(bcg), "--forest", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_folder_in_the_way_of_the_figure(bcg, tmp_path, capsys):
    (tmp_path / "out.svg").mkdir()
    assert main(["pool", str(bcg), "--forest", str(tmp_path / "out.svg")]) == 2
    assert f"{tmp_path / 'out.svg'}: Is a directory." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "pool"])
def test_who_reads_may_have_enough(tmp_path, command):
    (tmp_path / "trials.csv").write_text("yi,vi\n0.1,0.04\n0.3,0.09\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    arguments = ["pool", str(tmp_path / "trials.csv")] if command == "pool" else ["check", str(Path(__file__).parents[4])]
    run = subprocess.run([sys.executable, "-m", "evidence", *arguments], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, b"")


def test_no_number_reads_as_zero(tmp_path, capsys):
    """A risk difference of 2 in 100,000 has more than four decimals."""
    path = tmp_path / "rare.csv"
    path.write_text("yi,vi\n-0.00002,1e-11\n-0.00003,1e-11\n-0.00001,1e-11\n", encoding="utf-8")
    assert main(["pool", str(path)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("all studies"))
    assert line.split()[3:7] == ["-0.000020", "0.0000058", "-0.000045", "0.0000048"]
