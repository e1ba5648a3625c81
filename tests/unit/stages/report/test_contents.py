"""The report's content: numbers by name, wording that holds whatever they are, counts, the evidence map."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.document import blocks as words
from evidence.document.printable import printable, replaced
from evidence.document.prose import Prose
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.figures.figures import FAVOURS, drawings
from evidence.stages.pools.opinion import COLUMNS
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.pools.subgroups import subgroups
from evidence.stages.report.contents import SECTIONS, Inputs, content, in_words, room_for
from evidence.stages.report.names import FORMS, Names, studies
from evidence.stages.report.sections.evidence_map import evidence_map
from evidence.words.measures import interval
from evidence.words.scales import raised
from tests.support import toy
from tests.support.toy import group, number, p, sd, study

OUTCOMES = [
    {},
    {"outcome": "score", "label": "Score", "measure": "MD", "unit": "cm2", "domain": "bone"},
    {"outcome": "event", "label": "Event", "measure": "PLO", "unit": "proportion", "domain": "fertility"},
    {"outcome": "extra", "label": "Extra level", "headline": "no"},
]
UNITS = [
    {},
    {"outcome": "score", "unit": "cm2", "to_unit": "cm2"},
    {"outcome": "event", "unit": "n", "to_unit": "proportion"},
    {"outcome": "extra"},
]
CONDITIONS = [
    {},
    {"condition": "condition_b", "label": "Condition B", "definition": "B"},
    {"condition": "condition_c", "label": "Condition C", "definition": "C"},
]
STUDIES = [
    study("able2001"),
    study("baker2002", authors="Baker B", year="2002", title="Second", identity="provisional", doi="10.1000/x_y"),
    study(
        "cole2003",
        authors="Cole C; Dow D; Ely E",
        year="2003",
        title="Third",
        journal="Journal",
        volume="3",
        issue="2",
        pages="1-9",
    ),
    study("trial", authors="", year="", title="", design="rct_parallel"),
    study("words", authors="Word W", year="2005", eligibility="background", eligibility_reason="no_numbers"),
]
GROUPS = [
    group("able2001"),
    group("baker2002", drug="drug_b"),
    group("cole2003", n="20", weeks="12"),
    group("trial", conditions="condition_b"),
    group("trial", "placebo", label="Placebo", arm="placebo", drug="none", conditions="condition_b"),
    group("words"),
]


def pair(name, low, high, outcome="level", unit="u", **more):
    return [
        number(name, low, "baseline", n=20, outcome=outcome, unit=unit, **sd(low / 3), **more),
        number(name, high, n=20, outcome=outcome, unit=unit, **sd(high / 3), **more),
    ]


MEASUREMENTS = [
    *pair("able2001", 10, 12),
    *pair("baker2002", 10, 13),
    *pair("cole2003", 20, 32),
    *pair("cole2003", 20, 18, outcome="extra"),
    number("able2001", 8, n=10, outcome="event", statistic="events", unit="n"),
    number("trial", 50, n=20, **sd(15)),
    number("trial", 30, n=20, group_id="placebo", **sd(10)),
    number("trial", -3, "change", n=20, outcome="score", unit="cm2", statistic="mean", **sd(6)),
    number("baker2002", 11, "change", outcome="extra", statistic="percent_change", unit="%", **p("<", "0.05")),
]
UNREPORTED = [{"study_id": "words", "group_id": "treated", "outcome": "level", "timepoint": "followup", "reported_as": "increased",
               "p_operator": "<", "p_value": "0.05", "source_locator": "Abstract"}]  # fmt: skip


def review(path, **tables):
    """A toy analysis folder with something for every section."""
    given = {"outcomes": OUTCOMES, "units": UNITS, "conditions": CONDITIONS, "studies": STUDIES, "groups": GROUPS,
             "measurements": MEASUREMENTS, "unreported": UNREPORTED, **empty("claims", "reviews", "risk_of_bias", "article_citations")}  # fmt: skip
    return toy.folder(path, **{**given, **tables})


def empty(*names):
    return {name: [] for name in names}


def made_tables(folder):
    """The made tables of a folder, by name."""
    tables, config = ev.read(folder), load(folder)
    effects, unused = effects_and_unused(tables, config)
    pools, members = pools_and_members(effects, config)
    return {"tables": tables, "config": config, "effects": effects, "pools": pools, "members": members, "unused": unused,
            "opinion": agreeing(pools), "subgroups": subgroups(pools, members, effects, tables.conditions, tables.moderators, config)}  # fmt: skip


def agreeing(pools):
    """A second opinion that agrees, made without the other programs."""
    several = pools[(pools["analysis"] == "headline") & (pools["k"] > 1)]
    made = [(row.id, engine, method, row.k, "estimate", row.estimate, row.estimate, 2e-8, "yes")
            for row in several.itertuples() for engine, method in (("PyMARE", "REML"), ("statsmodels", "PM"))]  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return Inputs(**made_tables(review(tmp_path_factory.mktemp("review"))), figures=[])


@pytest.fixture(scope="module")
def names(inputs):
    return Names(inputs)


@pytest.fixture(scope="module")
def made(inputs):
    return content(inputs)


def plain(runs):
    return "".join(piece["text"] for piece in runs)


def cells(table):
    """Rows of a table block as texts."""
    return [[plain(cell["runs"]) for cell in row["cells"]] for row in table["rows"] if "cells" in row]


def section(made, name):
    return next(one for one in made["sections"] if one["id"] == name)


def table(made, name, place=0):
    return [block for block in section(made, name)["blocks"] if block["kind"] == "table"][place]


def said(inputs, text, file="config/text/answer.md"):
    """The words that a text comes to."""
    prose = Prose({"answer": (file, text)}, Names(inputs))
    found = "\n".join(plain(paragraph) for paragraph in prose.paragraphs("answer"))
    prose.check()
    return found


def test_content_is_json(made):
    assert json.loads(json.dumps(made, allow_nan=False))["title"] == "Toy"


def test_sections_without_data_are_left_out(made):
    assert [one["id"] for one in made["sections"]] == [
        "map",
        "outcomes",
        "flow",
        "opinion",
        "studies",
        "numbers",
        "pools",
        "methods",
        "references",
    ]
    assert set(SECTIONS) - {one["id"] for one in made["sections"]} == {
        "bias",
        "changes",
        "reviews",
        "flags",
        "citations",
        "verdicts",
        "contrasts",
        "certainty",
        "missing",
        "chance",
        "prisma",
    }


def test_every_headline_pool_stands_there_with_its_id(made, inputs):
    ids = [cells["cells"][-1]["runs"][0]["text"] for cells in table(made, "pools")["rows"] if "cells" in cells]
    assert sorted(ids) == sorted(one for one in inputs.pool if one.endswith(".headline")) and len(ids) > 1
    assert ids[0] == "level.before_after.all.headline"
    first = [plain(cell["runs"]) for cell in table(made, "pools")["rows"][1]["cells"]]
    assert first[:4] == ["All groups", "3", "60", "+36% (\u22126% to +96%)"]


def test_every_form_of_a_pool(names):
    forms = {form: names("level.before_after.all.headline", form) for form in FORMS}
    assert forms == {
        "change": "showed no clear change (+36%, 95% CI −6% to +96%)",
        "result": "showed no clear change (+36%, 95% CI −6% to +96%)",
        "effect": "+36%",
        "effect_interval": "+36% (95% CI −6% to +96%)",
        "prediction": "−30% to +164%",
        "studies": "3 studies, 60 people",
        "k": "3",
        "n": "60",
        "I2": "75%",
        "tau2": "0.0165",
        "p": "p = 0.071",
    }


def pool(measure, contrast, low, high, unit="", k=1, n=20.0):
    return SimpleNamespace(
        measure=measure,
        contrast=contrast,
        estimate=(low + high) / 2,
        ci_low=low,
        ci_high=high,
        effect_unit=unit,
        k=k,
        n=n,
    )


def test_a_pool_without_a_study_is_no_error(names):
    assert names("level.before_after.condition-condition_c.headline", "change") == "could not be weighted in any study"
    assert names("level.before_after.condition-condition_c.headline", "studies") == "no study"


@pytest.mark.parametrize(
    ("k", "people"), [(1, "1 study, number of people not printed"), (2, "2 studies, number of people not printed by all")]
)
def test_people_that_no_source_counts(k, people):
    assert studies(pool("ROM", "before_after", 0.1, 0.2, k=k, n=math.nan)) == people


def test_ids_stand_in_words_unless_meant_as_ids():
    words = {"lee2003": "Lee et al. 2003"}
    runs = [{"text": "as lee2003"}, {"text": "lee2003.arm", "style": "code"}, {"text": "lee2003", "url": "https://x.org/lee2003"}]
    assert in_words({"rows": [{"runs": runs}], "size": 7}, words) == {
        "rows": [{"runs": [{"text": "as Lee et al. 2003"}, *runs[1:]]}],
        "size": 7,
    }


def test_numbers_in_prose_stand_in_its_style(inputs):
    prose = Prose(
        {
            "answer": (
                "config/text/answer.md",
                "**Level {level.before_after.all.headline:effect}** of *{count.reports:report}*",
            )
        },
        Names(inputs),
    )
    assert prose.runs("answer") == [
        {"text": "Level ", "style": "bold"}, {"text": "+36%", "style": "bold"}, {"text": " of "}, {"text": "5 reports", "style": "italic"},
    ]  # fmt: skip


def test_prose_lists_braces_and_links(inputs):
    text = "- one {{x}}\n  goes on\n- two\n\n[site](https://example.org/a_b)\n"
    assert said(inputs, text) == "one {x} goes on\ntwo\nsite"


def test_a_name_from_the_data_is_no_markup(inputs):
    tables = inputs.tables
    conditions = tables.conditions.assign(label=tables.conditions["label"].replace("Condition C", "**C** {count.reports}"))
    changed = replace(inputs, tables=replace(tables, conditions=conditions))
    assert said(changed, "for {list.conditions_empty} nothing") == "for **C** {count.reports} nothing"


UNKNOWN = [
    ("{levle.before_after.all.headline:k}", "there is no outcome called 'levle'. Did you mean level?"),
    ("{level.before.all.headline:k}", "there is no contrast called 'before'. Did you mean before_after?"),
    (
        "{level.before_after.condition-condition_x.headline:k}",
        "there is no stratum called 'condition-condition_x'. Did you mean condition-condition_c?",
    ),
    ("{level.before_after.all.r_0.4:k}", "there is no analysis called 'r_0.4'"),
    ("{level.before_after.all.headline:chnage}", "there is no form 'chnage' of a pool. Did you mean change?"),
    ("{level.before_after.all.headline}", "there is no form '' of a pool. Known: change, result"),
    ("{count.report}", "there is no count called 'report'. Did you mean reports?"),
    ("{list.conditions}", "there is no list called 'conditions'. Did you mean conditions_"),
    ("{config.corelation}", "there is no key of the config called 'corelation'. Did you mean correlation?"),
    ("{each.before}", "there is no contrast called 'before'. Did you mean before_after?"),
    ("{reports}", "no number is called 'reports'"),
    ("a } b", "a brace without its partner"),
    ("a { b", "a brace without its partner"),
]


@pytest.mark.parametrize(("text", "message"), UNKNOWN, ids=[text for text, _ in UNKNOWN])
def test_an_unknown_name_is_told_with_its_line(inputs, text, message):
    with pytest.raises(ev.EvidenceError) as error:
        said(inputs, f"First.\n\nSecond line,\n{text} here.\n")
    assert str(error.value).startswith("config/text/answer.md:4")
    assert message in str(error.value)


def test_all_unknown_names_are_told_at_once(inputs):
    with pytest.raises(ev.EvidenceError) as error:
        content(replace(inputs, texts={"answer": ("a.md", "{x} {y}"), "limits": ("b.md", "- ok\n- {count.z}")}))
    assert [(problem.file, problem.line) for problem in error.value.problems] == [
        ("a.md", 1),
        ("a.md", 1),
        ("b.md", 2),
    ]


def test_counts_are_counted(names):
    expected = {
        "reports": 5, "with_numbers": 4, "abstract_only": 4, "full_text": 0, "provisional": 1, "effects": 8, "headline_effects": 7,
        "single_arm_effects": 6, "controlled_effects": 1, "randomised_effects": 1, "assumed_correlation": 4, "stated_without_figure": 1,
        "domain.hormone.cohorts": 5, "domain.hormone.compared": 1, "domain.bone.compared": 0, "conditions": 3, "conditions_weighted": 2,
        "conditions_empty": 1,
    }  # fmt: skip
    assert {name: names.counts[name] for name in expected} == expected
    assert names("count.full_text", "report") == "0 reports"
    assert names("count.provisional", "study/studies") == "1 study"
    assert names("count.full_text", "none") == "none" and names("count.provisional", "none") == "1"


def test_page_one_has_every_headline_pool(made):
    findings = next(block for block in made["front"]["blocks"] if block["kind"] == "table")
    assert ["Level", "3", "60", "", "+36% (−6% to +96%)", "−30% to +164%", "75% (0.016)", "1"] in cells(findings)
    assert ["Level", "1", "40", "", "+67% (+37% to +103%)", "single study", "", "0"] in cells(findings)
    assert ["Score difference, cm²", "1", "20", "", "−3.0 (−5.6 to −0.4)", "single study", "", "0"] in cells(findings)
    assert ["Event share", "1", "10", "", "80% (46% to 95%)", "single study", "", "0"] in cells(findings)


def test_small_intervals_lie_on_one_axis(made):
    findings = next(block for block in made["front"]["blocks"] if block["kind"] == "table")
    level = next(row for row in findings["rows"] if "cells" in row and plain(row["cells"][0]["runs"]) == "Level")
    plot = level["cells"][3]["plot"]
    axis = math.log(8) - math.log(0.25)
    assert plot["null"] == pytest.approx(math.log(4) / axis, abs=1e-4)
    assert plot["low"] < plot["null"] < plot["estimate"] < plot["high"]
    assert plot["beyond"] == [False, False]


def test_the_map_shows_gaps_as_gaps(made):
    rows = {row[0]: row[1:] for row in cells(table(made, "map"))}
    assert rows["Condition A"] == ["3 0+1", "–", "1"]
    assert rows["Condition B"] == ["1", "1", "–"]
    assert rows["Condition C"] == ["no study"]
    assert rows["All groups"] == ["4 0+1", "1", "1"]


def test_the_map_names_an_article_only_where_there_is_one(inputs, made):
    titles = [row.get("group") for row in table(made, "map")["rows"]]
    assert "Conditions in question" in titles
    cited = SimpleNamespace(**{**vars(inputs.tables), "article_citations": inputs.tables.article_citations.reindex([0])})
    (block,) = evidence_map(replace(inputs, tables=cited), None)
    assert "Conditions of the article’s tables" in [row.get("group") for row in block["rows"]]


def test_a_small_map_needs_no_page_of_its_own(made):
    rooms = {one["id"]: one["room"] for one in made["sections"]}
    assert rooms["outcomes"] == 0 < rooms["map"]
    assert room_for("map", [{"rows": [[]] * 30}]) == 0


def test_a_long_list_of_doubts_begins_on_a_page_of_its_own():
    short, long = [{"kind": "text"}, {"rows": [[]] * 24}], [{"kind": "text"}, {"rows": [[]] * 25}]
    assert room_for("flags", short) == 90 and room_for("flags", long) == 0
    assert room_for("verdicts", long) == 90


def test_units_have_one_spelling_in_figures_tables_and_prose():
    assert [raised(unit) for unit in ("g/cm2", "kg/m2", "10^3/mm3", "nmol/L", "m2x")] == ["g/cm²", "kg/m²", "10^3/mm³", "nmol/L", "m2x"]
    assert interval("MD", -0.028, -0.045, -0.011, "g/cm2").endswith(" g/cm²")


def test_each_forest_plot_says_what_lies_on_either_side(inputs):
    made = (inputs.tables, inputs.config, inputs.effects, inputs.pools, inputs.members)
    sides = {(words["outcome"], words["contrast"]): draw.keywords["favours"] for _, draw, words in drawings(*made)}
    assert sides[("event", "single_arm")] is None and len(sides) > 3
    better = dict(zip(inputs.tables.outcomes["outcome"], inputs.tables.outcomes["better"], strict=True))
    for (outcome, contrast), words in sides.items():
        if contrast in FAVOURS:
            assert words == FAVOURS[contrast][better[outcome]]
    assert FAVOURS["versus_control"]["lower"] == FAVOURS["versus_control"]["higher"][::-1] == ("Favours treatment", "Favours control")
    assert FAVOURS["before_after"]["lower"] == FAVOURS["before_after"]["higher"][::-1] == ("Better", "Worse")


def test_outcomes_tell_what_is_not_in_the_pool(made):
    blocks = section(made, "outcomes")["blocks"]
    left = next(block for block in blocks if block["kind"] == "table" and block["caption"].endswith("stated without a figure"))
    assert cells(left) == [["increased", "Word 2005 [5] (Drug, p < 0.05)"]]
    others = next(block for block in blocks if block["kind"] == "table" and block["caption"].startswith("Outcomes outside"))
    assert cells(others) == [["Extra level", "1", "20", "−10% (−22% to +4%)", "single study", ""]]


def test_every_number_has_its_trace(made):
    rows = cells(table(made, "numbers", 1))
    top = next(place for place, row in enumerate(rows) if row[0:2] == ["Drug", "Level, change from baseline"] and "20 (SD" in row[2])
    assert rows[top][3:] == ["+60% (+38% to +85%)", "yes"]
    assert rows[top + 1] == ["Route: spread. Source: Abstract; measurements.csv line 7 and 6. Id: cole2003.treated.level.before_after"]


def test_references_fill_nothing_in(made):
    items = [plain(item["runs"]) for item in section(made, "references")["blocks"][0]["items"]]
    assert items == [
        "Able A, Baker B. A study. 2001.",
        "Baker B. Second. 2002. doi:10.1000/x_y Provisional: not yet checked against a bibliographic record.",
        "Cole C, Dow D, Ely E. Third. Journal. 2003;3(2):1-9.",
        "[authors not in the record]. [title not in the record]. [year not in the record].",
        "Word W. A study. 2005.",
    ]


def test_ama_prints_three_of_more_than_six_authors(inputs):
    row = next(inputs.tables.studies.assign(authors="A A; B B; C C; D D; E E; F F; G G").itertuples())
    from evidence.document.references import reference

    assert plain(reference(row)).startswith("A A, B B, C C, et al. ")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(0.13842, 3, "0.138"), (0, 3, "0"), (-12.345, 3, "−12.3"), (1234.5, 2, "1,234"), (float("nan"), 3, "–")],
)
def test_decimals(value, digits, expected):
    assert words.decimal(value, digits) == expected


def test_what_is_said_of_two_rows_is_said_once():
    assert words.each_once("flagged: SE likelier; kind not named; SD 5; kind not named") == "flagged: SE likelier; kind not named; SD 5"


def test_true_minus_leaves_ranges_and_names():
    assert words.true_minus("change -60.3 (-2 to 3), 17-hydroxy, 1-9, x-1") == "change −60.3 (−2 to 3), 17-hydroxy, 1-9, x-1"


def test_what_acts_or_has_no_face_is_shown_as_its_code_point():
    assert printable({"a": ["x\u202ey", "Ærø τ²", 3, None]}) == {"a": ["x‹U+202E›y", "Ærø τ²", 3, None]}
    assert printable("中\x07①\u200b") == "‹U+4E2D›‹U+0007›①‹U+200B›"
    assert printable("e\u0301") == "é"
    assert replaced({"a": ["中", "x ① ㎏", "é"]}) == {"㎏": "kg", "中": "‹U+4E2D›"}
