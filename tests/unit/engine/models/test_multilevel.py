"""Three-level model: a paper's table, the dense likelihood, maxima, errors."""

import numpy as np
import pytest

import evidence as ev
from evidence.engine.models.multilevel import climb, nested

SCHOOLS = """
11 -0.18 0.118, 11 -0.22 0.118, 11 0.23 0.144, 11 -0.30 0.144, 12 0.13 0.014, 12 -0.26 0.014, 12 0.19 0.015,
12 0.32 0.024, 18 0.45 0.023, 18 0.38 0.043, 18 0.29 0.012, 27 0.16 0.020, 27 0.65 0.004, 27 0.36 0.004,
27 0.60 0.007, 56 0.08 0.019, 56 0.04 0.007, 56 0.19 0.005, 56 -0.06 0.004, 58 -0.18 0.020, 58 0.00 0.018,
58 0.00 0.019, 58 -0.28 0.022, 58 -0.04 0.020, 58 -0.30 0.021, 58 0.07 0.006, 58 0.00 0.007, 58 0.05 0.007,
58 -0.08 0.007, 58 -0.09 0.007, 71 0.30 0.015, 71 0.98 0.011, 71 1.19 0.010, 86 -0.07 0.001, 86 -0.05 0.001,
86 -0.01 0.001, 86 0.02 0.001, 86 -0.03 0.001, 86 0.00 0.001, 86 0.01 0.001, 86 -0.10 0.001, 91 0.50 0.010,
91 0.66 0.011, 91 0.20 0.010, 91 0.00 0.009, 91 0.05 0.013, 91 0.07 0.013, 108 -0.52 0.031, 108 0.70 0.031,
108 -0.03 0.030, 108 0.27 0.030, 108 -0.34 0.030, 644 0.12 0.087, 644 0.61 0.082, 644 0.04 0.067, 644 -0.05 0.067
"""
DISTRICT, YI, VI = np.array([row.split() for row in SCHOOLS.split(",")], float).T
YEAR = np.repeat([1976, 1989, 1994, 1976, 1997, 1976, 1997, 1997, 2000, 2000, 1995, 1994], [4, 4, 3, 4, 4, 11, 3, 8, 6, 5, 2, 2]).astype(
    float
)


def test_konstantopoulos_2011_modified_school_calendars():
    """Res Synth Methods 2, p. 71, Table 5: 56 studies in 11 districts, maximum likelihood."""
    fit = ev.multilevel(YI, VI, DISTRICT, method="ML")
    assert (fit.k, fit.n_clusters) == (56, 11)
    assert fit.estimate == pytest.approx(0.1845, abs=5e-5)
    assert fit.se == pytest.approx(0.0805, abs=5e-5)
    assert fit.sigma2 == pytest.approx([0.0577, 0.0329], abs=5e-5)
    assert [fit.pi_low, fit.pi_high] == pytest.approx([-0.4262, 0.7951], abs=1e-4)


def test_konstantopoulos_2011_with_the_year():
    """Table 5, model with the year; the printed intercept 0.183 is a misprint (metafor's example says so too)."""
    fit = ev.multilevel(YI, VI, DISTRICT, X=YEAR - YEAR.mean(), method="ML")
    assert fit.estimate == pytest.approx([0.1780, 0.0051], abs=5e-5)
    assert fit.se == pytest.approx([0.0805, 0.0085], abs=5e-5)
    assert fit.sigma2 == pytest.approx([0.0565, 0.0329], abs=5e-5)
    assert fit.pi_low is None and fit.pi_high is None


def test_konstantopoulos_2011_data_by_reml():
    """REML is not in the paper; metafor-project.org/doku.php/analyses:konstantopoulos2011."""
    fit = ev.multilevel(YI, VI, DISTRICT)
    assert fit.estimate == pytest.approx(0.1847132, abs=5e-7)
    assert fit.se == pytest.approx(0.08455592, abs=5e-8)
    assert fit.sigma2 == pytest.approx([0.06506194, 0.03273652], abs=5e-8)
    assert fit.loglik == pytest.approx(-7.9587, abs=5e-5)


def dense(yi, vi, cluster, X, sigma2, restricted=True):
    """Log-likelihood, coefficients and their covariance by plain matrix algebra."""
    k, p = X.shape
    V = np.diag(vi + sigma2[1]) + sigma2[0] * (cluster[:, None] == cluster)
    W = np.linalg.inv(V)
    M = np.linalg.inv(X.T @ W @ X)
    beta = M @ X.T @ W @ yi
    e = yi - X @ beta
    value = -(np.linalg.slogdet(V)[1] + e @ W @ e + (k - p * restricted) * np.log(2 * np.pi)) / 2
    if restricted:
        value += (np.linalg.slogdet(X.T @ X)[1] + np.linalg.slogdet(M)[1]) / 2
    return value, beta, M


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("X", [None, YEAR - 1976])
def test_as_dense_matrices(method, X):
    fit = ev.multilevel(YI, VI, DISTRICT, X=X, method=method)
    value, beta, M = dense(YI, VI, DISTRICT, fit.X, fit.sigma2, method == "REML")
    assert fit.loglik == pytest.approx(value, abs=1e-10)
    assert fit.beta == pytest.approx(beta, rel=1e-10)
    assert fit.vcov == pytest.approx(M, rel=1e-10)


def test_t_has_its_degrees_of_freedom():
    z, t = ev.multilevel(YI, VI, DISTRICT), ev.multilevel(YI, VI, DISTRICT, test="t", level=0.9)
    assert (z.df, t.df) == (None, 55)
    assert t.ci_high - t.estimate == pytest.approx(1.673034 * t.se, rel=1e-6)
    assert z.ci_high - z.estimate == pytest.approx(1.959964 * z.se, rel=1e-6)
    assert (z.se, z.stat) == (t.se, t.stat) and z.p < t.p


def hard(rng):
    """Effects with variances over many sizes, of which likelihoods with several maxima come."""
    sizes = rng.integers(1, 6, rng.integers(2, 10))
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    k = len(cluster)
    vi = 10 ** rng.uniform(-rng.choice([1, 3, 8]), 0, k)
    yi = rng.normal(0, 10 ** rng.uniform(-3, 0.5), len(sizes))[cluster] + rng.standard_t(2, k) * 10 ** rng.uniform(-3, 0.5)
    return yi, vi, cluster


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_nothing_on_a_fine_grid_is_higher(method):
    rng = np.random.default_rng(20)
    for _ in range(30):
        yi, vi, cluster = hard(rng)
        if len(yi) < 4 or len(yi) == cluster[-1] + 1:
            continue
        fit = ev.multilevel(yi, vi, cluster, method=method)
        spread = 10 * ((yi - yi.mean()) ** 2).sum() + vi.min()
        axis = np.append(0, np.geomspace(vi.min() / 1e3, spread, 20))
        best = max(dense(yi, vi, cluster, fit.X, (a, b), method == "REML")[0] for a in axis for b in axis)
        assert best < fit.loglik + 1e-9


TWO_MAXIMA = {
    "at no variance and at much": (
        [0.62, 0.22, 0.18, -0.08, 3.34, 0.6], [0.33, 0.007, 0.001, 0.157, 0.767, 0.484], [0, 0, 1, 1, 1, 2],
        [0, 0.42953727], [0, 0],
    ),
    "between clusters and within": (
        [-0.3, 3.28, 0.58, -0.66, -0.05, -0.09], [0.015, 0.015, 0.607, 0.58, 0.014, 0.004], [0, 1, 1, 2, 3, 3],
        [3.19592856, 0], [0.71431766, 1.47202505],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWO_MAXIMA)
def test_the_higher_of_two_maxima(name):
    yi, vi, cluster, lower, higher = map(np.array, TWO_MAXIMA[name])
    fit = ev.multilevel(yi, vi, cluster)
    assert fit.sigma2 == pytest.approx(higher, abs=1e-7)
    data, _ = nested(yi, vi, fit.X, fit.cluster)
    stuck, _ = climb(data, lower.astype(float), (True, True), restricted=True)
    assert stuck == pytest.approx(lower, abs=1e-7)
    assert dense(yi, vi, cluster, fit.X, stuck)[0] < fit.loglik - 0.9


def test_two_thousand_effects_in_five_hundred_clusters():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(500), 4)
    vi = rng.uniform(0.01, 0.1, 2000)
    yi = rng.normal(0, 0.3, 500)[cluster] + rng.normal(0, np.sqrt(0.05 + vi))
    fit = ev.multilevel(yi, vi, cluster)
    assert fit.sigma2 == pytest.approx([0.09, 0.05], abs=0.02)
    assert fit.loglik == pytest.approx(dense(yi, vi, cluster, fit.X, fit.sigma2)[0], abs=1e-6)


def test_equal_effects_have_no_variance():
    fit = ev.multilevel([0.3] * 5, [0.1, 0.2, 0.1, 0.3, 0.1], list("aabbc"))
    assert fit.estimate == pytest.approx(0.3) and (fit.sigma2 == 0).all() and fit.Q == pytest.approx(0, abs=1e-25)


ERRORS = {
    "cluster[1] must be a label, got None": {"cluster": ["a", None, "b", "b"]},
    "cluster[2] must be a label, got nan": {"cluster": [1.0, 2.0, np.nan, 2.0]},
    "cluster must hold at least 2 clusters, got 1": {"cluster": ["a"] * 4},
    "lengths differ: cluster has 3, yi has 4": {"cluster": ["a", "b", "b"]},
    "cluster must be one-dimensional, got shape (2, 2)": {"cluster": [["a", "b"], ["a", "b"]]},
    "yi[2] must be a finite number, got nan": {"yi": [1, 2, np.nan, 4]},
    "vi[0] must be above zero, got 0.0": {"vi": [0, 1, 1, 1]},
    "method must be one of 'REML', 'ML', got 'DL'": {"method": "DL"},
    "test must be one of 'z', 't', got 'knha'": {"test": "knha"},
    "level must be between 0 and 1, got 95": {"level": 95},
    "yi must hold at least 5 effects for 3 coefficients, got 4": {"X": [[1, 0], [0, 1], [2, 3], [5, 1]]},
    "X must not describe all 2 clusters, got 2 columns that do": {"X": [1, 1, 0, 0]},
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors_say_what_is_wrong(message):
    arguments = {"yi": [1, 2, 3, 4], "vi": [1, 1, 1, 1], "cluster": ["a", "a", "b", "b"]} | ERRORS[message]
    with pytest.raises(ValueError) as error:
        ev.multilevel(**arguments)
    assert str(error.value) == message
