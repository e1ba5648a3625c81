"""Laws of the models of clusters and counts and of the Bayesian model."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evidence as ev
from evidence.engine.models.multilevel import nested
from evidence.engine.models.nested import at

FEW, SOME, MANY = (settings(deadline=None, max_examples=number, derandomize=True) for number in (10, 20, 40))
SEEDS = st.integers(0, 10**6)


def clustered(seed, q=0):
    """Effects, variances, clusters (at least 4, one with several effects) and q moderators."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, rng.integers(4, 9))
    sizes[0] += 2
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    vi = 10 ** rng.uniform(-2, 0, len(cluster))
    yi = rng.normal(0, rng.choice([0, 0.7]), len(sizes))[cluster] + rng.normal(0, np.sqrt(vi + rng.choice([0, 0.3])))
    return yi, vi, cluster, rng.normal(size=(len(cluster), q)) if q else None


def tables(seed):
    rng = np.random.default_rng(seed)
    k = rng.integers(2, 8)
    n1, n2 = rng.integers(5, 200, (2, k))
    ai, ci = rng.binomial(n1, rng.uniform(0.05, 0.9, k)), rng.binomial(n2, rng.uniform(0.05, 0.9, k))
    return {"ai": ai, "bi": n1 - ai, "ci": ci, "di": n2 - ci}


def robust_at(C, vi, cluster, X, vcov):
    """Robust variances of the equal-effects fit to each column of C: a quadratic form of the effects."""
    fits = [ev.rma(column, vi, X=X, method="EE", test="z") for column in C.T]
    return np.array([ev.robust(fit, cluster, vcov).vcov for fit in fits]), fits[0]


@MANY
@given(SEEDS, st.sampled_from([0, 1]))
def test_cr2_is_unbiased_under_its_working_model(seed, q):
    """E[y'Ky] = tr(K Phi) = the sum of y'Ky over the columns of a root of Phi: exact, no simulation."""
    _, vi, cluster, X = clustered(seed, q)
    try:
        each, fit = robust_at(np.diag(np.sqrt(vi)), vi, cluster, X, "CR2")
    except ValueError as error:
        assert "must vary beyond one cluster" in str(error)
        assume(False)
    assert each.sum(0) == pytest.approx(fit.vcov, rel=1e-8, abs=1e-8 * np.diag(fit.vcov).min())


@FEW
@given(SEEDS)
def test_satterthwaite_matches_two_moments(seed):
    """2 E^2 / Var = tr(K Phi)^2 / tr(K Phi K Phi), with the form K found by polarisation."""
    _, vi, cluster, _ = clustered(seed)
    root = np.diag(np.sqrt(vi))
    alone = robust_at(root, vi, cluster, None, "CR2")[0][:, 0, 0]
    T = np.diag(alone)
    for i in range(len(vi)):
        pairs = root[:, [i]] + root[:, i + 1 :]
        if pairs.shape[1]:
            both = robust_at(pairs, vi, cluster, None, "CR2")[0][:, 0, 0]
            T[i, i + 1 :] = T[i + 1 :, i] = (both - alone[i] - alone[i + 1 :]) / 2
    df = ev.robust(ev.rma(root[:, 0], vi, method="EE"), cluster).df
    assert df == pytest.approx(np.trace(T) ** 2 / np.trace(T @ T), rel=1e-6)
    assert 0 < df <= cluster.max() + 1e-9


@MANY
@given(SEEDS)
def test_singletons_are_the_model_of_two_levels(seed):
    yi, vi, _, _ = clustered(seed)
    for method in ("REML", "ML"):
        three, two = ev.multilevel(yi, vi, range(len(yi)), method=method), ev.rma(yi, vi, method=method, test="z")
        assert three.sigma2 == pytest.approx([two.tau2, 0], rel=1e-10, abs=1e-14)
        for name in ("estimate", "se", "ci_low", "pi_high", "I2", "Q", "loglik"):
            assert getattr(three, name) == pytest.approx(getattr(two, name), rel=1e-9, abs=1e-11), name


@MANY
@given(SEEDS)
def test_order_and_names_of_clusters_do_not_matter(seed):
    yi, vi, cluster, _ = clustered(seed)
    order = np.random.default_rng(seed).permutation(len(yi))
    names = np.array([f"paper {9 - c}" for c in cluster])
    first, second = ev.multilevel(yi, vi, cluster), ev.multilevel(yi[order], vi[order], names[order])
    assert second.sigma2 == pytest.approx(first.sigma2, rel=1e-8, abs=1e-12)
    assert second.estimate == pytest.approx(first.estimate, rel=1e-8, abs=1e-12)
    for vcov in ("CR1", "CR2"):
        before, after = ev.robust(first, cluster, vcov), ev.robust(second, names[order], vcov)
        assert (after.se, after.df) == pytest.approx((before.se, before.df), rel=1e-6)


@MANY
@given(SEEDS, st.sampled_from([1e-6, 1e-3, 7.0, 1e6]), st.sampled_from([0.0, -3.0, 20.0]))
def test_units_and_shifts(seed, unit, shift):
    yi, vi, cluster, _ = clustered(seed)
    fit, moved = ev.multilevel(yi, vi, cluster), ev.multilevel(unit * (yi + shift), unit**2 * vi, cluster)
    typical = np.median(vi)
    assert moved.sigma2 / unit**2 == pytest.approx(fit.sigma2, rel=1e-7, abs=1e-9 * typical)
    assert moved.estimate / unit - shift == pytest.approx(fit.estimate, abs=1e-8 * fit.se)
    assert moved.loglik == pytest.approx(fit.loglik - (len(yi) - 1) * np.log(unit), abs=1e-7)
    before, after = ev.robust(fit, cluster), ev.robust(moved, cluster)
    assert (after.se / unit, after.df) == pytest.approx((before.se, before.df), rel=1e-6)


@MANY
@given(SEEDS)
def test_components_are_not_negative_and_nothing_beside_is_higher(seed):
    yi, vi, cluster, X = clustered(seed, 1)
    fit = ev.multilevel(yi, vi, cluster, X)
    assert (fit.sigma2 >= 0).all()
    data, _ = nested(yi, vi, fit.X, fit.cluster)
    top = at(data, fit.sigma2)["restricted"]
    for factor in (0.5, 0.99, 1.01, 2.0):
        for part in ([factor, 1], [1, factor], [factor, factor]):
            assert at(data, fit.sigma2 * part)["restricted"] <= top + 1e-10
    for more in ([0.01, 0], [0, 0.01], [0.5, 0.5]):
        assert at(data, fit.sigma2 + more)["restricted"] <= top + 1e-10


@MANY
@given(SEEDS)
def test_swapping_the_groups_turns_the_sign(seed):
    given_tables = tables(seed)
    swapped = {"ai": given_tables["ci"], "bi": given_tables["di"], "ci": given_tables["ai"], "di": given_tables["bi"]}
    fits = [lambda t, m=measure: ev.mantel_haenszel(m, **t) for measure in ("OR", "RR", "RD")]
    for fit in (*fits, lambda t: ev.peto(**t)):
        try:
            one = fit(given_tables)
        except ValueError:
            continue
        other = fit(swapped)
        assert (other.estimate, other.stat) == pytest.approx((-one.estimate, -one.stat), rel=1e-9, abs=1e-12)
        assert (other.se, other.Q, other.I2) == pytest.approx((one.se, one.Q, one.I2), rel=1e-9, abs=1e-9)


@FEW
@given(SEEDS, st.sampled_from(["UM.FS", "UM.RS", "CM.EL"]))
def test_swapping_groups_or_events_turns_the_sign_of_mixed_models(seed, model):
    t = tables(seed)
    try:
        one = ev.glmm("OR", **t, model=model)
    except ValueError:
        assume(False)
    groups = ev.glmm("OR", ai=t["ci"], bi=t["di"], ci=t["ai"], di=t["bi"], model=model)
    events = ev.glmm("OR", ai=t["bi"], bi=t["ai"], ci=t["di"], di=t["ci"], model=model)
    for other in (groups, events):
        assert other.estimate == pytest.approx(-one.estimate, abs=1e-6)
        assert (other.se, other.tau2, other.loglik) == pytest.approx((one.se, one.tau2, one.loglik), rel=1e-5, abs=1e-6)


@SOME
@given(SEEDS, st.sampled_from(["halfnormal", "halfcauchy", "uniform"]), st.sampled_from([1e-6, 3.0, 1e6]))
def test_bayes_in_other_units_turned_and_shifted(seed, prior, unit):
    rng = np.random.default_rng(seed)
    k = rng.integers(1, 7)
    yi, vi, scale = rng.normal(0, 1, k), 10 ** rng.uniform(-3, 0, k), rng.uniform(0.2, 2)
    one = ev.bayes(yi, vi, (prior, scale), ("normal", 0.3, 2.0))
    other = ev.bayes(-unit * (yi + 5), unit**2 * vi, (prior, scale * unit), ("normal", -5.3 * unit, 2.0 * unit))
    for name, mirror in (("estimate", "estimate"), ("ci_low", "ci_high"), ("ci_high", "ci_low"), ("pi_low", "pi_high")):
        assert -getattr(other, name) / unit - 5 == pytest.approx(getattr(one, mirror), abs=1e-8), name
    for name in ("se", "tau", "tau_low", "tau_high", "tau_mean"):
        assert getattr(other, name) / unit == pytest.approx(getattr(one, name), rel=1e-8), name
    assert one.pi_low <= one.ci_low <= one.median <= one.ci_high <= one.pi_high
    assert (np.minimum(yi, one.shrinkage.min()) <= one.shrinkage).all()
    assert one.shrinkage.min() >= min(yi.min(), 0.3) - 1e-9 and one.shrinkage.max() <= max(yi.max(), 0.3) + 1e-9
