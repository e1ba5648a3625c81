"""A review of rare events and of survival: what the report says, prints, draws and keeps."""

import pandas as pd
import pytest

from evidence.stages.figures.figures import drawings
from evidence.stages.page.data import MAP, data
from evidence.stages.report.contents import Inputs, content
from evidence.stages.report.report import prose
from evidence.stages.trace.trace import Made, effect_trace
from tests.support import toy
from tests.support.toy import group, number, study
from tests.unit.stages.report.test_contents import made_tables

OUTCOMES = [
    {"outcome": "leukaemia", "label": "Leukaemia", "measure": "PLO", "unit": "proportion", "per": "100000", "better": "lower"},
    {"outcome": "rare", "label": "Rare disease", "measure": "PLO", "unit": "proportion", "better": "lower"},
    {"outcome": "survival", "label": "Overall survival", "measure": "HR", "unit": "", "event": "death", "better": "lower"},
    {"outcome": "stroke", "label": "Stroke", "measure": "RD", "unit": "", "better": "lower"},
    {"outcome": "falls", "label": "Falls", "measure": "RD", "unit": "", "event": "a fall", "per": "1000", "better": "lower"},
    {"outcome": "cure", "label": "Cure", "measure": "OR", "unit": "", "better": "higher"},
]
COUNTS = {"a": (85, 378_000), "b": (70, 311_000), "c": (101, 449_000)}


def stated(name, outcome, statistic, value, low, high):
    return number(name, value, "difference", outcome=outcome, statistic=statistic, unit="", spread="ci95", spread_low=low, spread_high=high)


def events(name, outcome, x, n):
    return number(name, x, outcome=outcome, statistic="events", n=n, unit="proportion")


def review(path):
    """An analysis folder with rare events, survival and small differences."""
    measurements = [events(name, outcome, x, n) for name, (x, n) in COUNTS.items() for outcome in ("leukaemia", "rare")]
    measurements += [stated("a", "survival", "hazard_ratio", "0.70", "0.50", "0.98")]
    measurements += [stated("a", outcome, "estimate", "-0.028", "-0.045", "-0.011") for outcome in ("stroke", "falls")]
    measurements += [stated("a", "cure", "odds_ratio", "0.09", "0.009", "0.9")]
    return toy.folder(
        path, outcomes=OUTCOMES, studies=[study(name, design="rct_parallel") for name in COUNTS],
        groups=[group(name) for name in COUNTS], measurements=measurements,
        units=[{"outcome": one["outcome"], "unit": one["unit"], "to_unit": one["unit"]} for one in OUTCOMES if one["unit"]],
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return review(tmp_path_factory.mktemp("rare"))


@pytest.fixture(scope="module")
def made(folder):
    return made_tables(folder)


@pytest.fixture(scope="module")
def report(made, folder):
    return content(Inputs(**made, figures=[], texts=prose(folder)))


def plain(part):
    """All text of a part of the report, one line a paragraph, an item or a row."""
    if isinstance(part, list):
        return "".join(map(plain, part))
    if not isinstance(part, dict):
        return ""
    if "text" in part:
        return part["text"]
    lines = [plain(one) for name in ("paragraphs", "items") for one in part.get(name, [])]
    lines += (
        [" | ".join(plain(cell) for cell in row["cells"]) for row in part["rows"] if "cells" in row]
        if isinstance(part.get("rows"), list)
        else []
    )
    return "".join(f"{line}\n" for line in lines) + plain(part.get("runs", [])) + plain(part.get("blocks", []))


def whole(report):
    return plain(report["front"]["blocks"]) + plain(report["sections"])


def test_the_hazard_of_death_was_lower(report):
    text = whole(report)
    assert "the hazard of death was lower (hazard ratio 0.70, 95% CI 0.50 to 0.98); 1 study" in text
    assert "Overall survival: the hazard of death was lower" in text
    assert "likely" not in text


def test_rare_events_have_their_digits_in_text_and_table(report):
    text = whole(report)
    assert "22.5 per 100,000 (95% CI 17.2 to 29.4); 3 studies" in text
    assert "Leukaemia proportion, per 100,000 | 3 | 1,138,000 |  | 22.5 (17.2 to 29.4)" in text
    assert "0.0225% (95% CI 0.0172% to 0.0294%); 3 studies" in text
    assert "the risk was lower (risk difference −0.028, 95% CI −0.045 to −0.011)" in text
    assert "the risk of a fall was lower (risk difference −28 per 1,000, 95% CI −45 to −11)" in text
    assert "the odds were lower (odds ratio 0.090, 95% CI 0.0090 to 0.90)" in text
    assert not any(zero in text for zero in ("| 0.0%", "0.0% (", "0.0% to", "0.0 (", "−0.0 ", " 0 per"))


def test_rare_events_have_their_digits_in_the_forest_plot_and_on_its_axis(made):
    tables, config = made["tables"], made["config"]
    found = {name: (draw(), words) for name, draw, words in drawings(tables, config, made["effects"], made["pools"], made["members"])}
    texts = {
        name: [text.get_text() for text in pages[0].findobj(lambda one: hasattr(one, "get_text"))] for name, (pages, _) in found.items()
    }
    drawn = texts["forest-leukaemia-single_arm-PLO.svg"]
    assert {"22.5", "(17.2 to 29.4)", "Per 100,000 (95% CI)", "Leukaemia (per 100,000)"} <= set(drawn)
    assert {"18", "20", "22", "24", "26", "28"} <= set(drawn)
    drawn = texts["forest-rare-single_arm-PLO.svg"]
    assert {"0.0225%", "(0.0172% to 0.0294%)", "0.020%", "0.025%", "0.030%"} <= set(drawn)
    drawn = texts["forest-survival-versus_control-HR.svg"]
    assert {"Hazard ratio for death", "Favours treatment", "0.70", "(0.50 to 0.98)"} <= {one.strip("← →") for one in drawn}
    assert "All groups: 22.5 (17.2 to 29.4) per 100,000, 3 studies" in found["forest-leukaemia-single_arm-PLO.svg"][1]["alt"]


def test_effects_and_pools_are_for_so_many_people(made):
    pools = made["pools"].set_index("id")
    row = pools.loc["leukaemia.single_arm.all.headline"]
    assert row["effect_unit"] == "per 100,000"
    assert (row["effect"], row["effect_low"], row["effect_high"]) == pytest.approx((22.4957, 17.1917, 29.4354), abs=1e-4)
    assert pools.loc["rare.single_arm.all.headline", "effect"] == pytest.approx(row["effect"] / 1000, rel=1e-12)
    effects = made["effects"].set_index("id")
    assert effects.loc["a.treated.leukaemia.single_arm", "effect"] == pytest.approx(1e5 * 85 / 378_000, rel=1e-9)
    fall = effects[effects["outcome"] == "falls"].iloc[0]
    assert (fall["effect"], fall["effect_low"], fall["effect_unit"]) == (pytest.approx(-28), pytest.approx(-45), "per 1,000")


def test_the_page_has_the_scale_of_each_measure_in_its_unit(made, folder):
    for name in ("effects", "pools", "members"):
        (folder / "data/processed").mkdir(exist_ok=True)
        made[name].to_csv(folder / f"data/processed/{name}.csv", index=False)
    made["tables"].measurements.to_csv(folder / "data/processed/measurements.csv", index=False)
    traces = Made(folder, tables=made["tables"], effects=made["effects"], pools=made["pools"], members=made["members"])
    page = data(Inputs(**made, figures=[]), pd.DataFrame(columns=["condition"]).reindex(columns=MAP), traces)
    plan = page["plan"]
    assert [label for _, label, *_ in page["outcomes"]][2:5] == ["Overall survival (death)", "Stroke", "Falls (a fall)"]
    assert plan["scales"]["PLO"] == {"%": "proportion", "per 100,000": "proportion per 100,000"}
    assert plan["beside"]["PLO"] == {"%": "", "per 100,000": " per 100,000"}
    assert plan["scales"]["RD"]["per 1,000"] == "difference per 1,000"
    steps = [str(step) for step in effect_trace(traces, traces.effects["a.treated.leukaemia.single_arm"])["steps"]]
    assert "100000 * exp(-8.39977) / (1 + exp(-8.39977)) = 22.4868" in steps
