"""`evidence pool FILE.csv`: the engine on any CSV."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.cli import main

DATA = json.loads((Path(__file__).parents[1] / "reference/metafor_models.json").read_text(encoding="utf-8"))["datasets"]["bcg_rr"]


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


def test_standard_errors_instead_of_variances(tmp_path, capsys):
    path = tmp_path / "x.csv"
    path.write_text("d;s\n0,5;1\n", encoding="utf-8")
    assert main(["pool", str(path), "--yi", "d", "--sei", "s"]) == 2
    assert capsys.readouterr().err.startswith(f'{path}:2 d: "0,5" is not a number. Correct it, or take the row out.')


def test_unknown_column_and_every_bad_number_are_named(bcg, capsys):
    assert main(["pool", str(bcg), "--by", "aloc"]) == 2
    assert 'aloc: no such column. Did you mean "alloc"?' in capsys.readouterr().err
    text = bcg.read_text(encoding="utf-8").split("\n")
    text[2], text[4] = "t1,x,0.1,a", "t3,1,-0.2,a"
    bcg.write_text("\n".join(text), encoding="utf-8")
    assert main(["pool", str(bcg)]) == 2
    told = capsys.readouterr().err
    assert f'{bcg}:3 yi: "x" is not a number.' in told
    assert f'{bcg}:5 vi: "-0.2" is not a number above zero.' in told
    assert "2 problems to mend." in told


def test_missing_file(tmp_path, capsys):
    assert main(["pool", str(tmp_path / "no.csv")]) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


def test_forest_is_drawn(bcg, tmp_path):
    target = tmp_path / "out.svg"
    assert main(["pool", str(bcg), "--forest", str(target), "--transform", "exp"]) == 0
    assert "Study 13" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["check", "pool"])
def test_who_reads_may_have_enough(tmp_path, command):
    (tmp_path / "trials.csv").write_text("yi,vi\n0.1,0.04\n0.3,0.09\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    arguments = ["pool", str(tmp_path / "trials.csv")] if command == "pool" else ["check", str(Path(__file__).parents[2])]
    run = subprocess.run([sys.executable, "-m", "evidence", *arguments], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, b"")
