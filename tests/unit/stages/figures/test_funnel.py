"""Funnel, bubble and Baujat plots: what is where, and that nothing overlaps or is cut off."""

import hashlib
import math

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Polygon
from matplotlib.text import Text

import evidence as ev
from evidence.document import palette
from evidence.engine.numerics.distributions import quantile
from evidence.stages.figures import canvas as plotting
from evidence.stages.figures.funnel import SHADES, baujat, bubble, funnel, regression_band

# BCG vaccine against tuberculosis (Colditz 1994): log risk ratios, variances, latitude
YI = [
    -0.8893,
    -1.5854,
    -1.3481,
    -1.4416,
    -0.2175,
    -0.7861,
    -1.6209,
    0.0120,
    -0.4694,
    -1.3713,
    -0.3394,
    0.4459,
    -0.0173,
]
VI = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
TRIALS = [
    "Aronson 1948",
    "Ferguson 1949",
    "Rosenthal 1960",
    "Hart 1977",
    "Frimodt-Møller 1973",
    "Stein 1953",
    "Vandiviere 1973",
    "TPT Madras 1980",
    "Coetzee 1968",
    "Rosenthal 1961",
    "Comstock 1974",
    "Comstock 1969",
    "Comstock 1976",
]


@pytest.fixture(scope="module")
def fit():
    return ev.rma(YI, VI)


def dots(figure, color):
    """Centres in mm of the dots of one face colour, in drawing order."""
    return [c.get_center() for c in figure.findobj(Circle) if to_hex(c.get_facecolor(), keep_alpha=True) == color + "ff"]


def axis(figure, words):
    """Position in mm of tick labels."""
    found = {t.get_text(): t.get_position() for t in figure.findobj(Text)}
    return [found[word] for word in words]


def assert_clean(figure):
    words = {artist.get_text() for artist in figure.findobj(Text)}
    assert [pair for pair in plotting.overlaps(figure) if set(pair) & words == set(pair)] == []
    assert plotting.clipped(figure) == []


def test_studies_stand_at_effect_and_standard_error(fit):
    figure = funnel(fit, scale="factor", xlabel="Risk ratio", title="Title")
    assert_clean(figure)
    (half, _), (one, _) = axis(figure, ["0.5", "1"])
    (_, shallow), (_, deep) = axis(figure, ["0", "0.6"])
    places = dots(figure, palette.BLUE)[-fit.k :]
    assert [x for x, _ in places] == pytest.approx([one + (one - half) / math.log(2) * y for y in YI])
    baseline = 0.85
    assert [y for _, y in places] == pytest.approx([shallow - baseline + (deep - shallow) * math.sqrt(v) / 0.6 for v in VI])


def test_contours_lie_where_the_p_value_changes(fit):
    figure = funnel(fit, scale="factor")
    (half, _), (one, _) = axis(figure, ["0.5", "1"])
    (_, shallow), (_, deep) = axis(figure, ["0", "0.6"])
    unit, depth = (one - half) / math.log(2), (deep - shallow) / 0.6
    grounds = [p.get_xy() for p in figure.findobj(Polygon) if to_hex(p.get_facecolor()) == SHADES[0] and p.get_zorder() == 0.2]
    assert len(grounds) == 2
    for ground in grounds:
        x, y = ground[50]
        assert abs(x - one) / unit / ((y - ground[0, 1]) / depth) == pytest.approx(quantile(0.95))


def test_filled_studies_are_open(fit):
    filled = ev.trim_fill(fit, side="right")
    figure = funnel(fit, filled=filled)
    orange = [c for c in figure.findobj(Circle) if to_hex(c.get_edgecolor()) == palette.ORANGE]
    key = 1
    assert len(orange) == filled.k0 + key
    assert "filled in" in [t.get_text() for t in figure.findobj(Text)]
    assert_clean(figure)


def test_fewer_than_ten_studies_are_refused():
    with pytest.raises(ValueError, match="at least 10 studies for a funnel plot, got 9: with fewer, asymmetry cannot"):
        funnel(ev.rma(YI[:9], VI[:9]))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"scale": "proportion"}, "scale must be one of 'difference', 'ratio', 'factor', got 'proportion'"),
        ({"contours": (0.1, 1.5)}, "contours must be up to 3 p-values between 0 and 1"),
        ({"contours": (0.2, 0.1, 0.05, 0.01)}, "contours must be up to 3 p-values between 0 and 1"),
    ],
)
def test_wrong_options_are_named(fit, options, message):
    with pytest.raises(ValueError, match=message):
        funnel(fit, **options)


def test_moderators_belong_in_the_bubble_plot(fit):
    regression = ev.rma(YI, VI, LATITUDE)
    for draw in (funnel, baujat):
        with pytest.raises(ValueError, match="fit must have no moderators"):
            draw(regression)
    with pytest.raises(ValueError, match="fit must have moderators for a bubble plot, got none"):
        bubble(fit)
    with pytest.raises(ValueError, match=r"column must be one of 0, 1, got 2"):
        bubble(regression, column=2)


def test_areas_of_bubbles_are_weights():
    regression = ev.rma(YI, VI, LATITUDE)
    figure = bubble(regression, scale="factor", xlabel="Latitude, degrees", ylabel="Risk ratio", title="Title")
    assert_clean(figure)
    rings = [c.get_radius() for c in figure.findobj(Circle)][-regression.k :]
    assert np.square(rings) / max(rings) ** 2 == pytest.approx(regression.weights / regression.weights.max())


def test_band_of_a_regression_is_its_interval_at_the_means_of_the_others():
    year = np.array([1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976]) - 1948.0
    regression = ev.rma(YI, VI, np.column_stack([LATITUDE, year]))
    across, middle, half = regression_band(regression, 1, points=3)
    point = np.array([1, 34, year.mean()])
    assert across == pytest.approx([13, 34, 55])
    assert middle[1] == pytest.approx(point @ regression.beta)
    assert half[1] == pytest.approx(quantile(0.975, 10) * math.sqrt(point @ regression.vcov @ point))


def test_baujat_names_the_studies_that_stand_out(fit):
    figure = baujat(fit, labels=TRIALS, named=5)
    assert_clean(figure)
    printed = {t.get_text() for t in figure.findobj(Text)}
    assert {"Hart 1977", "TPT Madras 1980"} <= printed
    assert len(printed & set(TRIALS)) <= 5


def test_baujat_places_residuals_and_shifts(fit):
    figure = baujat(fit)
    (half, _), (one, _) = axis(figure, ["0.5", "1.0"])
    across = [0.5 + 0.5 * (x - half) / (one - half) for x, _ in dots(figure, palette.BLUE)]
    expected = (fit.yi - fit.estimate) ** 2 / (fit.vi + fit.tau2)
    assert across == pytest.approx(expected, abs=1e-6)
    without = ev.rma(YI[1:], VI[1:])
    influence = (fit.estimate - without.estimate) ** 2 / without.se**2
    baseline = 0.85
    (_, low), (_, high) = axis(figure, ["0.05", "0.10"])
    up = dots(figure, palette.BLUE)[0][1]
    assert 0.05 + 0.05 * (low - baseline - up) / (low - high) == pytest.approx(influence, abs=1e-6)


def test_baujat_needs_three_studies_and_their_names(fit):
    with pytest.raises(ValueError, match="at least 3 studies for a Baujat plot, got 2"):
        baujat(ev.rma(YI[:2], VI[:2]))
    with pytest.raises(ValueError, match="labels has 1, yi has 13"):
        baujat(fit, labels=["one"])


def test_same_bytes_twice(fit, tmp_path):
    digests = set()
    for _ in range(2):
        for draw, given in ((funnel, fit), (baujat, fit)):
            plotting.save_svg(draw(given), tmp_path / f"{draw.__name__}.svg")
        files = [tmp_path / "funnel.svg", tmp_path / "baujat.svg"]
        digests.add(tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files))
    assert len(digests) == 1
