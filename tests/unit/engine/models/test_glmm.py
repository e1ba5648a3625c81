"""Mixed models of counts: a paper's tables, other programs' maxima, integrals written afresh, limits, errors."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

import evidence as ev
from evidence.engine.models.mixed import hypergeometric

CATHETERS = np.array(
    [
        [3, 117, 0, 116], [3, 35, 1, 44], [9, 195, 2, 208], [7, 136, 0, 130], [6, 157, 5, 151], [4, 139, 1, 98],
        [3, 177, 1, 174], [2, 39, 1, 74], [19, 103, 1, 97], [2, 122, 1, 113], [7, 64, 0, 66], [1, 58, 0, 70],
        [5, 175, 3, 188], [11, 180, 6, 187], [0, 105, 0, 118], [1, 262, 0, 252], [3, 362, 1, 345], [1, 69, 4, 64],
    ]
)  # fmt: skip
CI, N2I, AI, N1I = CATHETERS.T
TABLES = {"ai": AI, "bi": N1I - AI, "ci": CI, "di": N2I - CI}
MODELS = ("UM.FS", "UM.RS", "CM.EL", "CM.AL")


@pytest.mark.parametrize(
    "xi, ni, estimate, se, tau2", [(CI, N2I, -3.50, 0.26, 0.81), (AI, N1I, -4.81, 0.36, 0.83)], ids=["standard", "coated"]
)
def test_stijnen_2010_proportions(xi, ni, estimate, se, tau2):
    """Stat Med 29, p. 3050, Table II: bloodstream infections with standard and with coated catheters."""
    found = ev.glmm("PLO", xi, ni)
    assert (found.estimate, found.se, found.tau2) == pytest.approx((estimate, se, tau2), abs=5e-3)


def test_stijnen_2010_conditional_exact():
    """Stat Med 29, p. 3052, Table III: -1.353 (0.351), tau 0.83; more digits from metafor's tests (optim, BFGS)."""
    found = ev.glmm("OR", **TABLES, model="CM.EL")
    assert (found.estimate, found.se) == pytest.approx((-1.353, 0.351), abs=5e-4)
    assert np.sqrt(found.tau2) == pytest.approx(0.83, abs=5e-3)
    assert (found.estimate, found.se**2, found.tau2) == pytest.approx((-1.353158, 0.1232, 0.6935), abs=5e-5)
    assert found.k == 17


def test_stijnen_2010_conditional_approximate():
    """Table III: -1.303 (0.339), tau 0.77 (0.78 in metafor)."""
    found = ev.glmm("OR", **TABLES, model="CM.AL")
    assert (found.estimate, found.se) == pytest.approx((-1.303, 0.339), abs=5e-4)
    assert np.sqrt(found.tau2) == pytest.approx(0.775, abs=5e-4)


def test_unconditional_models_as_in_other_programs():
    """metafor's tests on these data: lme4 with 7 points and glmmTMB (Laplace) for UM.FS, GLMMadaptive for UM.RS."""
    fixed, random = (ev.glmm("OR", **TABLES, model=model) for model in ("UM.FS", "UM.RS"))
    assert (fixed.estimate, fixed.tau2) == pytest.approx((-1.2370, 0.3198), abs=1e-3)
    assert (random.estimate, random.sigma2) == pytest.approx((-1.2795, 0.5364), abs=3e-4)
    assert random.tau2 == pytest.approx(0.7258, abs=1e-3)
    equal = {model: ev.glmm("OR", **TABLES, model=model, method="EE").estimate for model in MODELS}
    assert equal["UM.FS"] == pytest.approx(-1.2286, abs=5e-5)
    assert equal["UM.RS"] == pytest.approx(-1.2207, abs=5e-5)
    assert equal["CM.EL"] == pytest.approx(-1.2236, abs=5e-5)


def test_rothman_2008_conditional_maximum():
    """Modern Epidemiology, 3rd ed., chapter 15, Table 15-1: conditional odds ratio 1.4022 (metafor's example).

    The standard error by the variances of the noncentral hypergeometric distributions; metafor's is by differences.
    """
    found = ev.glmm("OR", ai=[8, 22], bi=[98, 76], ci=[5, 16], di=[115, 69], model="CM.EL", method="EE")
    assert np.exp(found.estimate) == pytest.approx(1.4022, abs=5e-5)
    laws = [scipy.stats.nchypergeom_fisher(*margins, np.exp(found.estimate)) for margins in ((226, 106, 13), (183, 98, 38))]
    assert found.se == pytest.approx(sum(law.var() for law in laws) ** -0.5, rel=1e-8)


U = np.linspace(-9, 9, 601)
NORMAL = np.log(U[1] - U[0]) - U**2 / 2 - np.log(2 * np.pi) / 2


def by_rows(logf):
    """Sum over studies of the log of the integral over a standard normal u; logf (k, 601)."""
    return scipy.special.logsumexp(logf + NORMAL, axis=1).sum()


def proportion_loglik(mu, tau, xi, ni):
    return by_rows(scipy.stats.binom.logpmf(xi[:, None], ni[:, None], scipy.special.expit(mu + tau * U)))


def conditional_loglik(mu, tau):
    used = AI + CI > 0
    value = 0.0
    for a, n1, m, N in zip(AI[used], N1I[used], (AI + CI)[used], (N1I + N2I)[used], strict=True):
        s = np.arange(max(0, m - (N - n1)), min(n1, m) + 1)
        weights = np.log(scipy.special.comb(n1, s)) + np.log(scipy.special.comb(N - n1, m - s))
        exponent = weights[:, None] + s[:, None] * (mu + tau * U)
        value += by_rows((exponent[s == a] - scipy.special.logsumexp(exponent, axis=0)))
    return value


def binomial_logpmf(x, n, eta):
    return np.log(scipy.special.comb(n, x)) + x * eta - n * np.logaddexp(0, eta)


def unconditional_loglik(mu, tau):
    """Each study's own log odds at its best value, on grids that narrow about it."""
    value, used = 0.0, AI + CI > 0
    for a, n1, c, n2 in zip(AI[used], N1I[used], CI[used], N2I[used], strict=True):
        low, high = -12.0, 2.0
        half = (mu + tau * U) / 2
        for _ in range(6):
            alphas = np.linspace(low, high, 17)[:, None]
            logf = binomial_logpmf(a, n1, alphas + half) + binomial_logpmf(c, n2, alphas - half)
            heights = scipy.special.logsumexp(logf + NORMAL, axis=1)
            best, step = alphas[heights.argmax(), 0], (high - low) / 16
            low, high = best - step, best + step
        value += heights.max()
    return value


@pytest.mark.parametrize(
    "fit, loglik",
    [
        (lambda: ev.glmm("PLO", CI, N2I), lambda mu, tau: proportion_loglik(mu, tau, CI, N2I)),
        (lambda: ev.glmm("OR", **TABLES, model="CM.EL"), conditional_loglik),
        (lambda: ev.glmm("OR", **TABLES, model="UM.FS"), unconditional_loglik),
    ],
    ids=["PLO", "CM.EL", "UM.FS"],
)
def test_maximum_of_the_integral_written_afresh(fit, loglik):
    """Value at the estimate, no higher value beside it, and the curvature that gives the standard error."""
    found = fit()
    mu, tau, h = found.estimate, np.sqrt(found.tau2), 0.01
    at = {(i, j): loglik(mu + i * h, tau + j * h) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    assert at[0, 0] == pytest.approx(found.loglik, abs=1e-8)
    assert max(at.values()) == at[0, 0]
    mixed = (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / 4
    hessian = np.array([[at[1, 0] - 2 * at[0, 0] + at[-1, 0], mixed], [mixed, at[0, 1] - 2 * at[0, 0] + at[0, -1]]]) / h**2
    assert found.se == pytest.approx(np.sqrt(np.linalg.inv(-hessian)[0, 0]), rel=2e-4)
    assert abs(at[1, 0] - at[-1, 0]) / (2 * h) < 2e-3


def test_random_studies_integral_written_afresh():
    """UM.RS on four tables, by a plane grid over both random effects, the mean log odds at its best."""
    a, n1, c, n2 = np.array([[5, 40, 9, 42], [0, 25, 3, 24], [12, 60, 7, 58], [2, 30, 8, 31]]).T
    found = ev.glmm("OR", ai=a, bi=n1 - a, ci=c, di=n2 - c, model="UM.RS")
    u = np.linspace(-7, 7, 141)
    z, u = u[:, None], u[None, :]
    logw = -(z**2 + u**2) / 2 - np.log(2 * np.pi) + 2 * np.log(0.1)

    def loglik(alpha, mu, sigma, tau):
        value = 0.0
        for study in range(4):
            base, half = alpha + sigma * z, (mu + tau * u) / 2
            logf = scipy.stats.binom.logpmf(a[study], n1[study], scipy.special.expit(base + half))
            logf = logf + scipy.stats.binom.logpmf(c[study], n2[study], scipy.special.expit(base - half))
            value += scipy.special.logsumexp(logf + logw)
        return value

    parameters = np.array([found.estimate, np.sqrt(found.sigma2), np.sqrt(found.tau2)])
    alphas = np.linspace(-2, -1, 41)
    heights = [loglik(alpha, *parameters) for alpha in alphas]
    curve = np.polyfit(alphas[np.argmax(heights) - 1 :][:3], heights[np.argmax(heights) - 1 :][:3], 2)
    alpha = -curve[1] / (2 * curve[0])
    assert loglik(alpha, *parameters) == pytest.approx(found.loglik, abs=1e-6)
    for step in 0.03 * np.vstack([np.eye(3), -np.eye(3)]):
        assert loglik(alpha, *(parameters + step)) < found.loglik


def test_hypergeometric_kernel():
    """Against SciPy's noncentral hypergeometric distribution, slope and curvature its mean and variance."""
    a, b, c, d = np.array([[3, 9, 5, 7], [0, 6, 4, 10], [20, 5, 2, 30]], float).T
    eta = np.array([[-1.3, 0.4], [0.0, 2.0], [0.7, -3.0]])
    logf, slope, curvature = hypergeometric(a, b, c, d)(eta)
    for i in range(3):
        law = scipy.stats.nchypergeom_fisher(int(a[i] + b[i] + c[i] + d[i]), int(a[i] + b[i]), int(a[i] + c[i]), np.exp(eta[i]))
        assert np.exp(logf[i]) == pytest.approx(law.pmf(a[i]), rel=1e-9)
        assert slope[i] == pytest.approx(a[i] - law.mean(), abs=1e-9)
        assert curvature[i] == pytest.approx(law.var(), rel=1e-8)


def test_without_variance_the_logistic_regression_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    found = ev.glmm("OR", **TABLES, model="UM.FS", method="EE")
    used = AI + CI > 0
    study = np.eye(used.sum())
    design = np.vstack([np.column_stack([study, np.full(17, 0.5)]), np.column_stack([study, np.full(17, -0.5)])])
    events = np.concatenate([AI[used], CI[used]])
    rest = np.concatenate([N1I[used], N2I[used]]) - events
    logistic = sm.GLM(np.column_stack([events, rest]), design, family=sm.families.Binomial()).fit(tol=1e-12)
    assert found.estimate == pytest.approx(logistic.params[-1], abs=1e-7)
    assert found.se == pytest.approx(logistic.bse[-1], rel=1e-6)
    assert found.loglik == pytest.approx(logistic.llf, abs=1e-7)


def test_without_variance_the_conditional_logit_of_statsmodels():
    conditional = pytest.importorskip("statsmodels.discrete.conditional_models")
    a, n1, c, n2 = np.array([[2, 5, 1, 6], [3, 7, 2, 8], [1, 4, 3, 5]]).T
    found = ev.glmm("OR", ai=a, bi=n1 - a, ci=c, di=n2 - c, model="CM.EL", method="EE")
    y = np.concatenate([np.repeat([1, 0, 1, 0], [a[i], n1[i] - a[i], c[i], n2[i] - c[i]]) for i in range(3)])
    x = np.concatenate([np.repeat([1.0, 0.0], [n1[i], n2[i]]) for i in range(3)])
    logit = conditional.ConditionalLogit(y, x[:, None], groups=np.repeat(range(3), n1 + n2)).fit(disp=0)
    assert found.estimate == pytest.approx(logit.params[0], abs=1e-5)
    assert found.se == pytest.approx(logit.bse[0], rel=1e-4)


def test_no_variance_where_studies_agree():
    found = ev.glmm("PLO", [20, 21, 19], [100, 100, 100])
    assert found.tau2 == pytest.approx(0, abs=1e-9)
    assert found.estimate == pytest.approx(np.log(60 / 240), abs=1e-9)
    assert found.se == pytest.approx(np.sqrt(1 / 60 + 1 / 240), rel=1e-8)
    assert (found.pi_low, found.pi_high) == pytest.approx((found.ci_low, found.ci_high), abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_one_table(model):
    found = ev.glmm("OR", ai=[3], bi=[7], ci=[5], di=[5], model=model)
    if model.startswith("UM"):
        assert found.estimate == pytest.approx(np.log(3 / 7), abs=1e-8)
        assert found.se == pytest.approx(np.sqrt(1 / 3 + 1 / 7 + 2 / 5), rel=1e-7)
    assert found.tau2 == pytest.approx(0, abs=1e-9) and found.k == 1


def test_large_tables():
    """Margins of a million: the kernel keeps the values that matter."""
    big = {"ai": [3e4, 2e4, 1e4], "bi": [7e4, 1e6, 1e4], "ci": [5e4, 2e4, 2e4], "di": [5e4, 1e6, 2e4]}
    exact, fixed = ev.glmm("OR", **big, model="CM.EL"), ev.glmm("OR", **big, model="UM.FS")
    assert (exact.estimate, exact.tau2) == pytest.approx((fixed.estimate, fixed.tau2), abs=1e-5)


def test_counts_in_order_or_by_name():
    assert ev.glmm("OR", *TABLES.values(), model="CM.AL") == ev.glmm("OR", **TABLES, model="CM.AL")
    assert ev.glmm("PLO", xi=CI, ni=N2I) == ev.glmm("PLO", CI, ni=N2I)
    with pytest.raises(ValueError, match="^counts for PLO must be xi, ni, each once, got xi$"):
        ev.glmm("PLO", CI, xi=CI)
    with pytest.raises(ValueError, match="^counts for PLO must be xi, ni, each once, got 3 of them$"):
        ev.glmm("PLO", CI, CI, CI)


def words(*cells):
    return dict(zip(("ai", "bi", "ci", "di"), cells, strict=True))


ERRORS = {
    "measure must be one of 'PLO', 'OR', got 'RR'": ("RR", {}),
    "xi must be given for PLO: it takes xi, ni": ("PLO", {"ni": [3]}),
    "bi must be given for OR: it takes ai, bi, ci, di": ("OR", {"ai": [3], "ci": [1], "di": [1]}),
    "counts for PLO must be xi, ni, each once, got ai": ("PLO", {"xi": [1], "ni": [3], "ai": [3]}),
    "model must be one of 'UM.FS', 'UM.RS', 'CM.EL', 'CM.AL', got 'UM'": ("OR", {"model": "UM"}),
    "method must be one of 'ML', 'EE', got 'REML'": ("OR", {"method": "REML"}),
    "level must be between 0 and 1, got 0": ("OR", {"level": 0}),
    "xi must hold at least 1 study, got 0": ("PLO", {"xi": [], "ni": []}),
    "xi[1] must be a finite number, got nan": ("PLO", {"xi": [1, np.nan], "ni": [3, 3]}),
    "ni[1] must be above zero and not below xi[1] = 4.0, got 3.0": ("PLO", {"xi": [1, 4], "ni": [3, 3]}),
    "lengths differ: xi has 2, ni has 1": ("PLO", {"xi": [1, 2], "ni": [3]}),
    "xi must hold both events and non-events, got 0 events of 9": ("PLO", {"xi": [0, 0], "ni": [4, 5]}),
    "ai, bi, ci, di must hold a table with both events and non-events, got none": ("OR", words([0], [9], [0], [8])),
    "ai, bi, ci, di must have a finite log odds ratio, got -infinity: a zero in the way in every table": (
        "OR",
        words([0, 2], [9, 8], [3, 4], [7, 0]),
    ),
    "ai must hold whole numbers for CM.EL, got 1.5": ("OR", words([1.5], [9], [3], [8]) | {"model": "CM.EL"}),
    "the counts must have a finite estimate and tau2: the likelihood rises without end": (
        "PLO",
        {"xi": [0, 10], "ni": [10, 10]},
    ),
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors_say_what_is_wrong(message):
    measure, arguments = ERRORS[message]
    with pytest.raises(ValueError) as error:
        ev.glmm(measure, **arguments)
    assert str(error.value) == message
