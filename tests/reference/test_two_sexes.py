"""A published review with subgroups in both arms: handedness and eye dominance in men and women of 21 samples.

Data of Bourassa, McManus & Bryden 1996, Laterality 1:5, as in metadat's dat.bourassa1996, the rows of men and women: sample; left- and
right-eyed among left-handers, then among right-handers, of men and of women. Values by metafor 3.8: rma(measure="OR", ai=lh.le, bi=lh.re,
ci=rh.le, di=rh.re, data=dat, subset=sex=="male", method="REML", test="adhoc").
"""

import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.tables.checks.checks import check
from tests.support.toy import folder, group, number, study

SAMPLES = """
2 74 57 158 427 66 34 147 270
21 11 6 11 16 8 4 16 17
22 2 2 27 75 0 0 6 9
23 4 2 19 31 4 0 10 25
24 9 9 4 25 4 6 13 17
25 8 14 69 146 2 6 28 40
28 10 6 27 57 1 5 29 65
30 11 10 16 17 27 4 23 17
33 247 125 500 1884 164 73 575 1579
34 4 5 22 63 5 3 29 60
36 1 1 8 11 3 1 35 54
40 22 16 90 131 15 11 100 129
41 242 156 1203 1725 225 144 1298 1739
42 7 10 24 159 9 5 44 174
48 43 44 78 193 46 26 65 191
49 12 25 4 35 13 28 12 33
50 61 21 150 708 80 33 224 811
51 11 11 50 280 12 6 39 225
52 24 12 92 307 8 1 36 133
53 11 2 70 198 9 10 93 178
54 18 7 56 236 12 1 73 211
"""
SEXES = ("male", "female")
HANDS = {"left": ("treatment", "left-handed"), "right": ("untreated", "")}
METAFOR = {
    "male": {
        "k": 21,
        "estimate": 1.369860906,
        "se": 0.170816113,
        "ci_low": 1.013544738,
        "ci_high": 1.726177074,
        "tau2": 0.358464412,
        "I2": 78.8937931,
    },
    "female": {
        "k": 20,
        "estimate": 1.283976369,
        "se": 0.229990057,
        "ci_low": 0.802601648,
        "ci_high": 1.765351089,
        "tau2": 0.529867056,
        "I2": 82.137706205,
    },
}


def typed(path):
    """The review as tables: four groups a sample, told apart by their sex."""
    studies, groups, numbers = [], [], []
    for line in SAMPLES.strip().splitlines():
        sample, *cells = line.split()
        name = f"sample{sample}"
        studies.append(study(name, design="cohort", authors=f"Sample {sample}"))
        for place, (sex, hand) in enumerate((sex, hand) for sex in SEXES for hand in HANDS):
            left_eyed, right_eyed = map(int, cells[2 * place : 2 * place + 2])
            n, (arm, drug) = left_eyed + right_eyed, HANDS[hand]
            if n:
                groups.append(group(name, f"{hand}_{sex}", label=f"{hand}, {sex}", arm=arm, drug=drug, conditions=sex))
                numbers.append(number(name, left_eyed, group_id=f"{hand}_{sex}", statistic="events", unit="", n=n))
    conditions = [{"condition": sex, "label": sex.capitalize(), "definition": sex} for sex in SEXES]
    outcome = {
        "outcome": "level",
        "label": "Left-eyed",
        "measure": "OR",
        "unit": "",
        "event": "left-eye dominance",
        "cv_low": "",
        "cv_high": "",
    }
    return folder(path, studies=studies, groups=groups, measurements=numbers, conditions=conditions, outcomes=[outcome], units=[])


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    place = typed(tmp_path_factory.mktemp("bourassa"))
    assert check(place)[0] == []
    effects = ev.effects(ev.read(place), load(place))
    return effects, ev.pools(effects, load(place))


def test_men_meet_men_and_women_meet_women(review):
    effects, _ = review
    compared = effects[effects["contrast"] == "versus_control"]
    assert len(compared) == 41  # 21 samples of two sexes, of which one has no left-handed women
    sexes = zip(compared["group_id"], compared["control_id"], strict=True)
    assert all(one.split("_")[1] == other.split("_")[1] for one, other in sexes)


@pytest.mark.parametrize("sex", SEXES)
def test_the_pools_are_those_of_metafor(review, sex):
    _, pools = review
    pool = pools.set_index("id").loc[f"level.versus_control.condition-{sex}.headline"]
    for name, value in METAFOR[sex].items():
        assert pool[name] == pytest.approx(value, rel=1e-6), name
