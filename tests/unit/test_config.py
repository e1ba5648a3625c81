"""The analysis plan: every fault named at once, with its line and remedy."""

import random
from pathlib import Path

import pytest

from evidence.config import load
from evidence.problems import EvidenceError
from tests.property.test_reading_fuzz import with_bytes
from tests.support import toy

ROOT = Path(__file__).parents[2]


def faults(tmp_path, text):
    with pytest.raises(EvidenceError) as error:
        load(toy.folder(tmp_path, config=text))
    return [str(problem) for problem in error.value.problems]


def test_defaults_are_the_documented_ones(tmp_path):
    config = load(toy.folder(tmp_path))
    assert (config.method, config.test, config.correlation, config.follow_up_week) == ("REML", "adhoc", 0.5, 26)


def test_all_faults_at_once(tmp_path):
    text = toy.CONFIG + "pools:\n  metod: REML\n  test: t\n  level: 95\n"
    assert faults(tmp_path, text) == [
        "config/config.yaml:7 pools.metod: no such key. Did you mean pools.method?",
        "config/config.yaml:8 pools.test: must be one of z, knha, adhoc, not 't'. Correct the value.",
        "config/config.yaml:9 pools.level: must be a number from 0.5 to 0.999, not 95. Correct the value.",
    ]


def test_missing_key_and_missing_file(tmp_path):
    assert faults(tmp_path, "review:\n  title: x\n  subtitle: y\n  question: z\n") == [
        "config/config.yaml review.date: the key is missing. Add it: the report is titled by it."
    ]
    (tmp_path / "config/config.yaml").unlink()
    with pytest.raises(EvidenceError, match="the file is missing"):
        load(tmp_path)


def test_broken_yaml_names_its_line(tmp_path):
    (fault,) = faults(tmp_path, "review:\n  title: 'open\n  date: x\n")
    assert "not readable as YAML" in fault


def test_a_config_in_another_encoding_is_named(tmp_path):
    place = toy.folder(tmp_path)
    (place / "config/config.yaml").write_bytes("review:\n  title: Ä\n".encode("cp1252"))
    with pytest.raises(EvidenceError) as error:
        load(place)
    assert str(error.value) == "config/config.yaml: the file is not UTF-8 text. Save it as UTF-8 in a text editor."


def test_a_date_that_is_none_is_named(tmp_path):
    (fault,) = faults(tmp_path, toy.CONFIG.replace("2026-01-02", "2026-13-02"))
    assert fault.startswith("config/config.yaml:5: not readable as YAML (month must be in 1..12).")


@pytest.mark.parametrize(("keys", "said"), [
    ("checks: 3\n", "6 checks: must have keys below it, not 3. Write them on lines of their own, indented, as in another review."),
    ("checks:\n  least_n: 50\n  most_n: 10\n", "7 checks.least_n: must not be above checks.most_n. Correct one of them."),
    ("checks:\n  most_n: 2\n", "7 checks.least_n: must not be above checks.most_n. Correct one of them."),
    ("effects:\n  control_arms: [placebo, treatment]\n",
     "7 effects.control_arms: must be a list of placebo, active_control, untreated, not ['placebo', 'treatment']. Correct the value."),
    ("effects:\n  correlation_grid: [0, 1]\n",
     "7 effects.correlation_grid: must be a list of numbers between -1 and 1, not [0, 1]. Correct the value."),
    ("certainty:\n  start_single: none\n",
     "7 certainty.start_single: must be one of high, moderate, low, very low, not rated, not 'none'. Correct the value."),
    ("certainty:\n  not_judged_counts: 1\n", "7 certainty.not_judged_counts: must be true or false, not 1. Correct the value."),
    ("certainty:\n  inconsistency_signs: [3, 1]\n",
     "7 certainty.inconsistency_signs: must be two whole numbers from 1 to 4, the larger one last: signs that take one level and two, "
     "not [3, 1]. Correct the value."),
])  # fmt: skip
def test_values_that_cannot_be_meant(tmp_path, keys, said):
    assert faults(tmp_path, toy.CONFIG + keys) == [f"config/config.yaml:{said}"]


def test_a_key_that_stands_twice_is_named(tmp_path):
    assert faults(tmp_path, toy.CONFIG + "pools:\n  level: 0.95\n  level: 0.9\n") == [
        "config/config.yaml:8 pools.level: the key stands there twice. Delete one of them."
    ]


def test_a_section_without_keys_keeps_the_defaults(tmp_path):
    assert load(toy.folder(tmp_path, config=toy.CONFIG + "pools:\n  # level: 0.9\n")).level == 0.95


def test_damage_brings_no_traceback(tmp_path):
    place = toy.folder(tmp_path)
    path = place / "config/config.yaml"
    sound = (ROOT / "config/config.yaml").read_bytes()
    read = 0
    for seed in range(150):
        path.write_bytes(with_bytes(sound, random.Random(seed)))
        try:
            read += bool(load(place))
        except EvidenceError as error:
            assert error.problems
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert 0 < read < 150
