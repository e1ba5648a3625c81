"""The page in a browser: it sorts, filters, traces and pools, by hand and by keyboard, and runs nothing that a CSV holds."""

import re
import shutil
import time
import warnings
from pathlib import Path

import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.store.files import csv_bytes
from evidence.words.scales import SCALES, in_words
from tests.support import toy
from tests.support.browser import browser, installed, page_of
from tests.support.toy import group, number, sd, study
from tests.unit.stages.page.test_page import hostile  # noqa: F401
from tests.unit.stages.report.test_rare_and_survival import review as rare_review

ROOT = Path(__file__).parents[2]
if not installed():
    warnings.warn(
        "NO BROWSER: reports/index.html was not tested; apt-get install chromium chromium-driver",
        stacklevel=1,
    )
pytestmark = pytest.mark.skipif(
    not installed(),
    reason="chromium and chromedriver are not installed: apt-get install chromium chromium-driver",
)

CHOOSE = """
const [name, value] = arguments, node = document.getElementById(name);
if (node.type === 'checkbox') { if (node.checked !== value) node.click(); }
else { node.value = value; node.dispatchEvent(new Event(node.tagName === 'SELECT' ? 'change' : 'input')); }
"""
POOLED = """
const {data, selected, fit} = window.evidence, objects = t => t.rows.map(r => Object.fromEntries(t.columns.map((n, i) => [n, r[i]])));
return objects(data.pools).map(pool => {
  const [kind, name] = pool.stratum.split(/:(.*)/), r = pool.analysis === 'headline' ? null : +pool.analysis.slice(2);
  const {cohorts} = selected({outcome: pool.outcome, contrast: pool.contrast, measure: pool.measure, unit: pool.effect_unit, r, without: [],
    condition: kind === 'condition' ? name : '', drug: kind === 'drug' ? name : '',
    comparator: kind === 'comparator' ? name : '', level: ['all', 'condition', 'drug', 'comparator'].includes(kind) ? '' : pool.stratum});
  return {id: pool.id, ...fit(cohorts), cohorts: cohorts.map(one => [one.cohort_id, one.yi, one.vi])};
});
"""
SHOWN = "const {selected, fit, chosen} = window.evidence, {cohorts} = selected(chosen); return {...fit(cohorts), yi: cohorts.map(c => c.yi), vi: cohorts.map(c => c.vi)}"
RESULTS = ["estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2", "Q", "k", "n"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("review")
    shutil.copytree(ROOT / "data/raw", made / "data/raw")
    shutil.copytree(ROOT / "config", made / "config")
    page_of(made)
    return made


@pytest.fixture(scope="module")
def window():
    with browser() as opened:
        yield opened


@pytest.fixture
def page(window, folder):
    """The page, newly loaded, at the size of a desk."""
    window.size(1280, 900)
    window.open(folder / "reports/index.html")
    yield window
    assert window.log() == []


@pytest.fixture(scope="module")
def table(folder):
    return lambda name: pd.read_csv(folder / f"data/processed/{name}.csv", keep_default_na=False, na_values=[""])


def choose(page, **values):
    for name, value in values.items():
        page.run(CHOOSE, f"choice-{name}", value)


def summary(page):
    return page.run("return document.getElementById('summary').textContent")


def cells(page, place):
    return page.run(
        "return [...document.querySelectorAll('#table tbody tr')].map(row => row.cells[arguments[0]].textContent)",
        place,
    )


def downloaded(page, button, name):
    """What a download button writes."""
    path = page.folder / name
    path.unlink(missing_ok=True)
    page.run("document.getElementById(arguments[0]).click()", button)
    for _ in range(100):
        if path.is_file() and path.stat().st_size:
            return path.read_bytes()
        time.sleep(0.05)
    raise AssertionError(f"{name} was not downloaded")


def test_every_pool_of_the_tables_is_found_again_in_the_page(page, table):
    pools = table("pools").set_index("id")
    members = table("members")
    members = members[members["left_out"].isna()].groupby("pool")
    found = page.run(POOLED)
    assert len(found) > 500
    for one in found:
        theirs = pools.loc[one["id"]]
        for name in RESULTS:
            if one[name] is None:
                assert pd.isna(theirs[name]), (one["id"], name)
            else:
                assert one[name] == pytest.approx(theirs[name], rel=1e-9, abs=1e-10), (one["id"], name)
        cohorts = members.get_group(one["id"]).sort_values("cohort_id")
        assert [cohort[0] for cohort in one["cohorts"]] == list(cohorts["cohort_id"])
        assert [cohort[1] for cohort in one["cohorts"]] == pytest.approx(list(cohorts["yi"]), rel=1e-9)
        assert [cohort[2] for cohort in one["cohorts"]] == pytest.approx(list(cohorts["vi"]), rel=1e-9)


def busiest(effects):
    """Outcome, contrast, condition and drug of a choice that the program has no pool for, with most cohorts."""
    rows = effects[effects["headline"] == "yes"].dropna(subset=["conditions"])
    rows = rows.assign(condition=rows["conditions"].str.split(";")).explode("condition")
    return rows.groupby(["outcome", "contrast", "condition", "drug"])["cohort_id"].nunique().idxmax()


def test_a_pool_made_in_the_page_is_the_engines(page, table, folder):
    outcome, contrast, condition, drug = busiest(table("effects"))
    choose(
        page,
        outcome=outcome,
        contrast="|".join(
            table("effects").query("outcome == @outcome and contrast == @contrast")[["contrast", "measure", "effect_unit"]].iloc[0]
        ),
    )
    choose(page, condition=condition, drug=drug, r="0.7")
    assert page.run("return document.getElementById('pool-source').textContent").startswith("computed in this page")
    config, mine = load(folder), page.run(SHOWN)
    fit = ev.rma(mine["yi"], mine["vi"], method="REML", test=config.test)
    assert mine["k"] >= 2
    for name in ("estimate", "se", "ci_low", "ci_high", "tau2", "I2", "Q"):
        assert mine[name] == pytest.approx(getattr(fit, name), rel=1e-8, abs=1e-10), name
    assert in_words("ratio", fit.estimate, fit.ci_low, fit.ci_high) in summary(page)
    assert "r = 0.7" in summary(page)


def test_without_a_route_the_pool_is_that_of_the_other_rows(page, table):
    effects = table("effects").query("headline == 'yes'")
    routes = effects.groupby(["outcome", "contrast", "measure", "effect_unit"])["route"].nunique()
    outcome, contrast, measure, unit = routes.idxmax()
    assert routes.max() > 1
    own = effects.query("outcome == @outcome and contrast == @contrast and measure == @measure")
    route = own["route"].iloc[0]
    choose(page, outcome=outcome, contrast=f"{contrast}|{measure}|{unit}")
    page.run(CHOOSE, f"route-{route}", False)
    kept = page.run(
        "return window.evidence.selected(window.evidence.chosen).cohorts.flatMap(one => one.effects.map(effect => effect.route))"
    )
    assert kept and route not in kept
    assert page.run("return document.getElementById('pool-source').className") == "computed"
    page.run(CHOOSE, f"route-{route}", True)
    assert "from the tables" in summary(page)


@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_the_highest_of_several_maxima_is_taken(page, test):
    y, v = [-0.675, 0.740, 0.736, 0.005], [0.230, 0.0037, 0.00092, 0.060]
    rows = [{"yi": yi, "vi": vi, "n": 1} for yi, vi in zip(y, v, strict=True)]
    mine, fit = (
        page.run("return window.evidence.fit(...arguments)", rows, test),
        ev.rma(y, v, method="REML", test=test),
    )
    assert mine["tau2"] == pytest.approx(0.2871711330, rel=1e-8)
    for name in ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "I2"):
        assert mine[name] == pytest.approx(getattr(fit, name), rel=1e-8), name


def test_numbers_are_worded_as_in_the_report(page):
    cases = [
        (scale, *numbers)
        for scale in (*SCALES, "proportion per 100,000", "share per 1,000", "rate per 1,000 person-years", "difference per 1,000")
        for numbers in (
            (0.42, 0.29, 0.55),
            (-0.58, -0.91, -0.2),
            (0.0, -8.0, 9.0),
            (1e-4, -0.02, 0.021),
            (-0.0281, -0.0449, -0.0113),
            (2.1, 0.7, 5.5),
            (-8.4, -8.6, -8.2),
            (0.3, 0.1, 0.5),
            (-1.87, -4.71, -0.105),
            (1e-7, -0.5, 0.5),
            (0.2, -30.0, 30.0),
            (0.125,),
            (-0.0281, -0.0449, -0.0113, 3.0),
        )
    ]
    mine = page.run("return arguments[0].map(one => window.evidence.inWords(...one))", cases)
    assert mine == [in_words(*case) for case in cases]


def test_rare_events_and_survival_in_the_page(window, tmp_path):
    made = rare_review(tmp_path)
    page_of(made)
    window.size(1280, 900)
    window.open(made / "reports/index.html")
    drawn = "return [...document.querySelectorAll('#plot text')].map(one => one.textContent)"
    choose(window, outcome="leukaemia")
    assert "22.5 (17.2 to 29.4) per 100,000" in summary(window)
    assert {"22.5 (17.2 to 29.4)", "22.5 (18.2 to 27.8)", "20", "22", "24"} <= set(window.run(drawn))
    choose(window, outcome="rare")
    assert {"0.0225% (0.0172% to 0.0294%)", "0.018%", "0.020%", "0.022%"} <= set(window.run(drawn))
    choose(window, outcome="survival")
    assert "0.70 (0.50 to 0.98) hazard ratio" in summary(window)
    choose(window, outcome="stroke")
    assert "−0.028 (−0.045 to −0.011) risk difference" in summary(window)
    choose(window, outcome="falls")
    assert "−28 (−45 to −11) per 1,000" in summary(window)
    assert window.log() == []


def test_a_cell_of_the_map_leads_to_its_plot(page, table):
    cell = table("map").query("status == 'weighted'").sort_values("k").iloc[-1]
    rows = "[...document.querySelectorAll('.map tbody tr')].find(row => row.cells[0].textContent === arguments[0])"
    place = list(dict.fromkeys(table("map")["outcome"])).index(cell["outcome"]) + 1
    page.run(f"{rows}.cells[arguments[1]].querySelector('button').focus()", cell["label"], place)
    page.press("enter")
    assert summary(page).startswith(f"{cell['outcome_label']}, ")
    assert cell["pool"] in summary(page)
    assert page.run("return document.querySelectorAll('#plot .mark:not(.pool)').length") == cell["k"]
    assert page.run("return document.activeElement.id") == "summary"


def between(page):
    """The tests between strata that stand below the plot."""
    return page.run("return [...document.querySelectorAll('#subgroups li')].map(line => line.textContent)")


def test_tests_between_strata_stand_below_the_plot_of_all_groups_alone(page, table):
    row = table("subgroups").set_index("id").loc["testosterone.before_after.drugs"]
    choose(page, outcome="testosterone", contrast=f"before_after|ROM|{row['effect_unit']}")
    assert between(page)[-1].startswith(
        f"Drugs: Q = {row['Q_between']:.2f}, df = 2, p < 0.001; Knapp-Hartung F = {row['F']:.2f}, df = 2 and 3, "
    )
    for choice, value in (("drug", "letrozole"), ("condition", "obesity"), ("r", "0.3")):
        choose(page, **{choice: value})
        assert between(page) == []
        choose(page, **{choice: ""})
    assert len(between(page)) == 2


def test_gaps_are_shown_as_gaps(page, table):
    assert page.run("return document.querySelectorAll('.map td.gap').length") == (table("map")["status"] == "gap").sum()


def test_a_number_tells_where_it_comes_from(page, table):
    effects = table("effects").set_index("id")
    choose(page, outcome=effects.query("headline == 'yes'")["outcome"].mode()[0])
    page.run("document.querySelector('#plot .mark').focus()")
    told = page.run("return [...document.querySelectorAll('#tip > *')].map(one => one.textContent)")
    first = page.run("return window.evidence.selected(window.evidence.chosen).cohorts[0].effects[0].id")
    assert not page.run("return document.getElementById('tip').hidden")
    assert f"printed: {effects.loc[first, 'printed']}" in told
    for line in str(effects.loc[first, "lines"]).split(";"):
        assert any(one.startswith(f"data/raw/measurements.csv:{line}: ") for one in told)
    page.press("escape")
    assert page.run("return document.getElementById('tip').hidden")
    page.press("enter")
    assert page.run("return document.getElementById('trace').open && document.activeElement.id") == "trace-title"
    whole = page.run("return document.getElementById('trace').textContent")
    assert first in whole and "Arithmetic" in whole
    page.press("escape")
    assert not page.run("return document.getElementById('trace').open")


def test_a_number_of_the_answer_leads_to_its_raw_rows(page, table):
    page.run("document.querySelector('.answer .number').focus()")
    page.press("enter")
    whole = page.run("return document.getElementById('trace').textContent")
    pool = page.run("return document.querySelector('.answer .number').dataset.pool")  # noqa: F841
    ids = table("members").query("pool == @pool and left_out.isna()")["effect_ids"].str.split(";").explode()
    effects = table("effects").set_index("id")
    for one in ids:
        for line in str(effects.loc[one, "lines"]).split(";"):
            assert f"measurements.csv:{line}" in whole
    page.run("document.querySelector('#trace .rows .number').click()")
    assert "Printed numbers" in page.run("return document.getElementById('trace').textContent")


def test_tables_are_sorted_by_button_and_key(page):
    page.run("document.querySelectorAll('.names button')[1].click()")
    headings = page.run("return [...document.querySelectorAll('#table th')].map(one => one.textContent.trim())")
    place = headings.index("k")
    heading = "document.querySelectorAll('#table th')[arguments[0]]"
    page.run(f"{heading}.querySelector('button').focus()", place)
    for state, down in (("ascending", False), ("descending", True)):
        page.press("enter")
        assert page.run(f"return {heading}.getAttribute('aria-sort')", place) == state
        numbers = [int(one) for one in cells(page, place)]
        assert numbers == sorted(numbers, reverse=down) and len(set(numbers)) > 2
    assert page.run(f"return document.activeElement === {heading}.querySelector('button')", place)


def test_search_and_download_agree(page, table):
    page.run("[...document.querySelectorAll('.names button')].find(one => one.value === 'effects').click()")
    study = table("effects")["study_label"].mode()[0]
    page.run(CHOOSE, "search", study)
    rows = len(cells(page, 0))
    assert page.run("return document.getElementById('count').textContent") == f"{rows} of {len(table('effects'))} rows"
    lines = downloaded(page, "save-csv", "effects.csv").decode().splitlines()
    assert len(lines) == rows + 1 and lines[0].startswith("study_label,group_label,outcome,")


def test_downloads_are_safe_for_spreadsheets(page):
    frame = pd.DataFrame(
        {
            "text": ["=1+1", "+x", "-y", "@z", "\ttab", 'quo"te, comma', "line\nbreak", "plain"],
            "number": [-1.5, 2.0, 3.25, 4.5, 5.5, 6.5, 7.5, 0.001],
        }
    )
    mine = page.run("return window.evidence.csv(...arguments)", list(frame.columns), frame.to_numpy().tolist())
    assert mine == csv_bytes(
        frame.assign(number=frame["number"].astype(object).map("{:g}".format)), for_spreadsheets=True
    ).decode().replace("'-1.5", "-1.5")


def test_the_plot_can_be_saved(page):
    choose(page, others=True)
    name = page.run("return 'forest-' + window.evidence.chosen.outcome + '-' + window.evidence.chosen.contrast")
    drawn = downloaded(page, "save-svg", f"{name}.svg").decode()
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and "<title>" in drawn
    assert not re.search(r"class=|style=|tabindex|href", drawn)
    lines = downloaded(page, "save-plot-csv", f"{name}.csv").decode().splitlines()
    assert lines[0] == "label,group,n,yi,low,high,weight,effect" and lines[-1].startswith('pool,"from the tables: pools.csv, ')


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_overlaps_or_leaves_the_page(page, width):
    page.size(width, 900)
    for outcome in page.run("return [...document.getElementById('choice-outcome').options].map(one => one.value)"):
        choose(page, outcome=outcome, others=True)
        faults = page.run("""
            const boxes = [...document.querySelectorAll('#plot text')].filter(one => one.textContent).map(one => [one.textContent, one.getBoundingClientRect()]);
            const plot = document.getElementById('plot').getBoundingClientRect(), found = [];
            boxes.forEach(([text, a], i) => {
              if (a.left < plot.left - 1 || a.right > plot.right + 1) found.push(['out', text]);
              for (const [other, b] of boxes.slice(i + 1)) if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3) found.push([text, other]);
            });
            return found;
        """)
        assert faults == [], outcome
    assert page.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 375, 768, 1280])
def test_effect_and_certainty_are_in_view(page, width):
    page.size(width, 900)
    hidden = page.run("""
        const wanted = document.querySelectorAll('.findings td[data-name^=Effect], .findings td[data-name=Certainty], .findings td[colspan]');
        return [wanted.length, [...wanted].filter(one => !one.checkVisibility() || one.getBoundingClientRect().right > innerWidth).length];
    """)
    assert hidden[0] > 30 and hidden[1] == 0
    assert page.run("const one = document.querySelector('.findings').parentNode; return one.scrollWidth - one.clientWidth") == 0


def test_the_verdicts_fit_on_a_desk(page):
    page.size(1280, 900)
    assert page.run("const one = document.getElementById('table').parentNode; return [one.scrollWidth, one.clientWidth]") == [1136, 1136]


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_the_groups_of_a_study_are_named_in_full(page, width):
    page.size(width, 900)
    for outcome in page.run("return [...document.getElementById('choice-outcome').options].map(one => one.value)"):
        choose(page, outcome=outcome, others=True)
        assert "\N{HORIZONTAL ELLIPSIS}" not in page.run("return document.getElementById('plot').textContent"), outcome


def test_it_can_be_used_by_keyboard_alone(page):
    page.press("tab")
    assert page.run("return document.activeElement.className") == "skip"
    page.press("tab")
    assert page.run("return document.activeElement.textContent") == "Answer"
    reached = page.run("""
        const wanted = 'a[href], button, select, input, [tabindex="0"]';
        return [...document.querySelectorAll(wanted)].filter(one => one.checkVisibility()).every(one => { one.focus(); return document.activeElement === one; });
    """)
    assert reached
    unnamed = page.run("""
        return [...document.querySelectorAll('button, select, input, [role=button]')].filter(one => one.checkVisibility() &&
          !(one.textContent.trim() || one.getAttribute('aria-label') || (one.labels && one.labels.length))).length;
    """)
    assert unnamed == 0
    assert page.run("return document.getElementById('summary').getAttribute('aria-live')") == "polite"


def test_hostile_texts_stay_texts(window, hostile):  # noqa: F811
    window.open(hostile)
    assert window.log() == []
    assert window.run("return document.title") == "<script>document.title='broken'</script>"
    for name in window.run("return [...document.querySelectorAll('.names button')].map(one => one.value)"):
        window.run(
            "[...document.querySelectorAll('.names button')].find(one => one.value === arguments[0]).click()",
            name,
        )
        assert window.run("return document.querySelectorAll('#table a[href^=javascript], #table script, #table img').length") == 0
    window.run("document.querySelector('#plot .mark').dispatchEvent(new MouseEvent('click'))")
    assert "javascript:alert(1)" in window.run("return document.getElementById('trace').textContent")
    assert all(
        one.startswith("https://")
        for one in window.run("return [...document.querySelectorAll('a')].map(one => one.protocol + '//')")
        if one != "file://"
    )
    assert window.run("return document.querySelectorAll('img, script[src], iframe').length") == 0
    assert window.run("return document.querySelectorAll('script').length") == 2
    assert "'=HYPERLINK" in window.run("document.querySelector('.names button[value=studies]').click(); return window.evidence.tableCsv()")
    assert window.log() == []


def test_the_network_is_shut(page):
    refused = page.run("""
        const seen = []; document.addEventListener('securitypolicyviolation', event => seen.push(event.violatedDirective));
        const image = new Image(); image.src = 'https://example.org/x.png';
        return new Promise(done => setTimeout(() => done(seen), 200));
    """)
    assert refused == ["img-src"]
    assert any("Content Security Policy" in line for line in page.log())


def test_another_review_has_a_page_too(window, tmp_path):
    shutil.copytree(
        ROOT / "examples/bcg",
        tmp_path / "bcg",
        ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"),
    )
    window.open(page_of(tmp_path / "bcg"))
    assert window.log() == []
    pools = pd.read_csv(tmp_path / "bcg/data/processed/pools.csv").query("analysis == 'headline'").set_index("id")
    found = window.run(POOLED)
    assert {one["id"] for one in found} == set(pools.index)
    for one in found:
        assert one["estimate"] == pytest.approx(pools.loc[one["id"], "estimate"], rel=1e-9)
        assert one["tau2"] is None or one["tau2"] == pytest.approx(pools.loc[one["id"], "tau2"], rel=1e-8, abs=1e-10)
    assert between(window) == ["Allocation: Q = 1.86, df = 2, p = 0.39; Knapp-Hartung F = 0.88, df = 2 and 10, p = 0.44."]
    choose(window, level="allocation:random")
    assert between(window) == [] and "allocation: random: 7 cohorts" in summary(window)
    assert "computed in this page" not in window.run("return document.getElementById('pool-source').textContent")
    assert window.run("return document.getElementById('choice-r')") is None
    assert window.run("return document.querySelectorAll('#plot .mark').length") > 5


def test_standardised_effects_move_with_the_correlation_in_the_page_too(window, tmp_path):
    rows = [
        number("s", 10, "baseline", n=20, **sd(4)),
        number("s", 12, n=20, **sd(5)),
        number("t", 2, "change", study_id="t", n=20, **sd(5)),
    ]
    review = toy.folder(tmp_path, studies=[study("s"), study("t")], groups=[group("s"), group("t")],
                        outcomes=[{"measure": "SMD", "cv_low": "", "cv_high": ""}], measurements=rows)  # fmt: skip
    window.open(page_of(review))
    pools = pd.read_csv(review / "data/processed/pools.csv").set_index("id")
    found = [one for one in window.run(POOLED) if ".r_" in one["id"] and one["id"].startswith("level.before_after.all")]
    assert len({one["estimate"] for one in found}) == 5
    for one in found:
        assert one["estimate"] == pytest.approx(pools.loc[one["id"], "estimate"], rel=1e-9)
    assert window.log() == []
