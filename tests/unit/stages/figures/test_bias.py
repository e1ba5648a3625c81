"""Figures of the appraisal: nothing cut off, no words on words, the same bytes twice, everything said in the alt text."""

from pathlib import Path

import pytest
from matplotlib.textpath import text_to_path

import evidence as ev
from evidence.config import load
from evidence.stages.figures.bias import SIGNS, bias_plots, shares_by_domain, total_weights
from evidence.stages.figures.canvas import POINTS_PER_MM, clipped, face, overlaps, save_svg, text_width
from evidence.stages.figures.directions import best_cells, direction_plots
from evidence.stages.figures.flow import flow_plot
from evidence.stages.figures.sensitivity import sensitivity_plots
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.bias_levels import grade
from evidence.stages.verdicts.bias_weights import bias_weights
from evidence.stages.verdicts.flow import flow
from evidence.stages.verdicts.missing import reported
from evidence.stages.verdicts.sensitivity import sensitivity
from evidence.words.sentences import templates

ROOT = Path(__file__).parents[4]


def shown(drawings):
    """The figures themselves."""
    return [(file, draw(), words) for file, draw, words in drawings]


@pytest.fixture(scope="module")
def made():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    given = reported(tables, effects, config)
    outcomes = list(tables.outcomes.loc[tables.outcomes["headline"] == "yes", "outcome"])
    weights = bias_weights(pools, members, effects, tables)
    plots = {
        "sensitivity": shown(sensitivity_plots(sensitivity(pools, members, config), outcomes, tables, config)),
        "direction": shown(direction_plots(given, outcomes, tables)),
        "bias": shown(bias_plots(weights, members, effects, outcomes, tables)),
        "flow": shown(flow_plot(flow(tables, effects)[0], tables)),
    }
    return tables, effects, members, given, weights, plots


@pytest.mark.parametrize("kind", ["sensitivity", "direction", "bias", "flow"])
def test_nothing_is_cut_off_and_files_are_told_apart(made, kind):
    plots = made[-1][kind]
    assert plots
    assert len({file for file, _, _ in plots}) == len(plots)
    for file, figure, words in plots:
        assert clipped(figure) == [], file
        assert words["alt"].endswith(".") and words["caption"]
        height = figure.get_size_inches()[1] * 25.4
        assert height <= 235, file


@pytest.mark.parametrize("kind", ["sensitivity", "direction"])
def test_no_words_lie_on_words_or_marks(made, kind):
    for file, figure, _ in made[-1][kind]:
        assert overlaps(figure) == [], file


def test_signs_alone_lie_on_their_colours(made):
    for file, figure, _ in made[-1]["bias"]:
        assert {words for words, _ in overlaps(figure)} <= set(SIGNS.values()), file


@pytest.mark.parametrize("text", ["", "A", "AVATAR To Ty.", "+111% (+39% to +219%)", "office affine \N{MINUS SIGN}59%", "τ² 0.14, I² 92%"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_width_of_a_line_is_that_of_the_whole_line(text, weight):
    points, _, _ = text_to_path.get_text_width_height_descent(text, face(7.5, weight), ismath=False)
    assert text_width(text, 7.5, weight) == pytest.approx(points / POINTS_PER_MM, abs=1e-9)


def test_the_same_bytes_twice(made, tmp_path):
    for kind, plots in made[-1].items():
        save_svg(plots[0][1], tmp_path / "first.svg")
        save_svg(plots[0][1], tmp_path / "second.svg")
        assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes(), kind


def test_flips_are_marked(made):
    figure = next(figure for file, figure, _ in made[-1]["sensitivity"] if file.startswith("sensitivity-testosterone-before_after"))
    words = {artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))}
    assert {"Randomised studies only*", "Headline", "Bayesian"} <= words
    assert "Randomised studies only" not in words


def test_sensitivity_shows_what_prints_something_else_and_stays_low(made):
    plots = {file: (figure, words) for file, figure, words in made[-1]["sensitivity"]}
    figure, words = plots["sensitivity-testosterone-before_after.svg"]
    texts = {artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))}
    assert "Correlation 0.3" not in texts
    assert words["alt"].startswith(
        "Sensitivity plot. Total testosterone, change from baseline: sensitivity analyses that change a number. Headline: +111%"
    )
    assert "Randomised studies only*: +93% (\N{MINUS SIGN}93% to +4,903%)" in words["alt"]
    assert max(figure.get_size_inches()[1] * 25.4 for figure, _ in plots.values()) < 90


def test_directions_are_those_of_the_table(made):
    given = made[3]
    cells = best_cells(given[given.contrast == "before_after"])
    assert cells["Shah et al. 2021", "testosterone"] == ("poolable", "up")
    assert cells["Shah et al. 2021", "estradiol"] == ("number", "down")
    assert cells["Yang et al. 2022", "testosterone"] == ("direction", "up")
    assert cells["Clark & Sherins 1989", "sperm_concentration"] == ("not_significant", "none")
    alt = " ".join(words["alt"] for _, _, words in made[-1]["direction"])
    assert "Yang et al. 2022, Total testosterone: up (direction only)" in alt


def test_every_tool_has_its_lights_and_the_summary_is_whole(made):
    tables, effects, members, _, weights, plots = made
    assert [file for file, _, _ in plots["bias"]] == ["bias-rob2.svg", "bias-rob2-crossover.svg", "bias-robins-i.svg", "bias-weights.svg"]
    shares = shares_by_domain(grade(tables.risk_of_bias), total_weights(members, effects, set(weights.pool)))
    assert shares.groupby(["tool", "domain"]).share.sum().to_numpy() == pytest.approx(100)
    assert "sperm found at testicular retrieval, against control: 100%" in plots["bias"][-1][2]["alt"].lower()


def test_the_flow_holds_every_step_with_its_counts(made):
    ((file, figure, words),) = made[-1]["flow"]
    texts = [artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    tables = made[0]
    assert file == "flow.svg" and f"{len(tables.studies)} reports, {tables.studies['cohort_id'].nunique()} studies" in texts
    assert "Excluded: 8 reports, 8 studies" in words["alt"] and "In a headline pool: 25 reports, 23 studies" in words["alt"]
    assert any("mixed drugs 6" in text for text in texts)
    widths = [artist.get_window_extent().width for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert max(widths) < figure.get_size_inches()[0] * figure.dpi


def test_no_diagram_before_there_is_a_report(made):
    frame = flow(made[0], made[1])[0]
    assert list(flow_plot(frame.iloc[:0], made[0])) == []


def test_a_review_may_say_things_in_its_own_words(tmp_path):
    (tmp_path / "config/text").mkdir(parents=True)
    (tmp_path / "config/text/verdicts.yaml").write_text("direction_plot:\n  poolable: weighed\n", encoding="utf-8")
    words = templates(str(tmp_path), "verdicts")["direction_plot"]
    assert words["poolable"] == "weighed"
    assert words["number"] == "a number without weight"
