"""Rosiglitazone and myocardial infarction, 42 trials, typed as events of people.

Data of Nissen & Wolski 2007, N Engl J Med 356:2457, table 3, as in metadat's dat.nissen2007: trial, infarctions and people
on rosiglitazone, infarctions and people in the control group.
"""

from tests.support import toy
from tests.support.toy import group, number, study

TRIALS = """
49653_011 2 357 0 176
49653_020 2 391 1 207
49653_024 1 774 1 185
49653_093 0 213 1 109
49653_094 1 232 0 116
100684 0 43 1 47
49653_143 1 121 0 124
49653_211 5 110 2 114
49653_284 1 382 0 384
712753_008 1 284 0 135
avm100264 0 294 1 302
brl_49653c_185 2 563 0 142
brl_49653_334 2 278 1 279
brl_49653_347 2 418 0 212
49653_015 2 395 1 198
49653_079 1 203 1 106
49653_080 1 104 2 99
49653_082 2 212 0 107
49653_085 3 138 1 139
49653_095 0 196 0 96
49653_097 0 122 1 120
49653_125 0 175 1 173
49653_127 1 56 0 58
49653_128 1 39 0 38
49653_134 0 561 2 276
49653_135 2 116 3 111
49653_136 1 148 0 143
49653_145 1 231 0 242
49653_147 1 89 0 88
49653_162 1 168 0 172
49653_234 0 116 0 61
49653_330 1 1172 0 377
49653_331 0 706 0 325
49653_137 1 204 2 185
sb_712753_002 1 288 0 280
sb_712753_003 1 254 0 272
sb_712753_007 1 314 0 154
sb_712753_009 0 162 0 160
49653_132 1 442 0 112
ava100193 1 394 0 124
dream 15 2635 9 2634
adopt 27 1456 41 2895
"""
TABLES = {name: tuple(map(int, counts)) for name, *counts in map(str.split, TRIALS.strip().splitlines())}
OUTCOME = {
    "outcome": "infarction",
    "label": "Myocardial infarction",
    "measure": "OR",
    "unit": "",
    "better": "lower",
    "cv_low": "",
    "cv_high": "",
}


def arm(name, group_id, x, n):
    """Events of the people of one arm."""
    return number(name, x, n=n, group_id=group_id, outcome="infarction", statistic="events", unit="")


def folder(path, tables=TABLES, measure="OR"):
    """Analysis folder of 2x2 tables: by study, events and people of the treated, events and people of the controls."""
    rows = [row for name, (x1, n1, x2, n2) in tables.items() for row in (arm(name, "treated", x1, n1), arm(name, "control", x2, n2))]
    groups = [
        one for name in tables for one in (group(name, label=name), group(name, "control", label="Control", arm="untreated", drug=""))
    ]
    studies = [study(name, design="rct_parallel") for name in tables]
    return toy.folder(path, studies=studies, groups=groups, measurements=rows, outcomes=[OUTCOME | {"measure": measure}], units=[])
