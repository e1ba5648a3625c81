"""Cluster-robust variances: written out in dense matrices, a published number, errors."""

import numpy as np
import pytest

import evidence as ev
from tests.unit.engine.models.test_multilevel import DISTRICT, VI, YEAR, YI

AI = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
BI = np.array([119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886])
CI = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
DI = np.array([128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825])


def test_bcg_trials_as_clusters():
    """metafor's own test of robust() on the BCG trials: variance 0.032106 with the small-sample factor."""
    fit = ev.rma(*vars_of(ev.escalc("RR", ai=AI, bi=BI, ci=CI, di=DI)), test="z")
    found = ev.robust(fit, range(13), "CR1")
    assert found.vcov[0, 0] == pytest.approx(0.032106, abs=5e-7)
    assert (found.df, found.n_clusters, found.kind) == (12, 13, "CR1")


def vars_of(effect):
    return effect.yi, effect.vi


def power(A, exponent):
    values, vectors = np.linalg.eigh(A)
    return (vectors * values**exponent) @ vectors.T


def written_out(yi, X, Phi, cluster):
    """CR2 and its degrees of freedom as Pustejovsky and Tipton write them, with k x k matrices throughout."""
    W = np.linalg.inv(Phi)
    M = np.linalg.inv(X.T @ W @ X)
    rest = np.eye(len(yi)) - X @ M @ X.T @ W
    residual = rest @ yi
    G = []
    for label in np.unique(cluster):
        C = np.eye(len(yi))[cluster == label]
        D = np.linalg.cholesky(C @ Phi @ C.T).T
        B = D @ C @ rest @ Phi @ rest.T @ C.T @ D.T
        A = D.T @ power(B, -0.5) @ D
        G.append(rest.T @ C.T @ A.T @ (C @ W @ C.T) @ C @ X @ M)
    V = sum(g.T @ np.outer(yi, yi) @ g for g in G)
    df = []
    for j in range(X.shape[1]):
        columns = np.array([g[:, j] for g in G])
        S = columns @ Phi @ columns.T
        df.append(np.trace(S) ** 2 / np.trace(S @ S))
    assert residual @ W @ X == pytest.approx(0, abs=1e-8)
    return V, df


@pytest.mark.parametrize("X", [None, YEAR - YEAR.mean()])
@pytest.mark.parametrize("levels", [2, 3])
def test_cr2_as_written_out(X, levels):
    same = DISTRICT[:, None] == DISTRICT
    if levels == 2:
        fit = ev.rma(YI, VI, X=X)
        Phi = np.diag(VI + fit.tau2)
    else:
        fit = ev.multilevel(YI, VI, DISTRICT, X=X)
        Phi = np.diag(VI + fit.sigma2[1]) + fit.sigma2[0] * same
    V, df = written_out(YI, fit.X, Phi, DISTRICT)
    found = ev.robust(fit, DISTRICT)
    assert found.vcov == pytest.approx(V, rel=1e-9, abs=1e-9 * np.diag(V).min())
    assert np.atleast_1d(found.df) == pytest.approx(df, rel=1e-9)
    assert np.atleast_1d(found.se) == pytest.approx(np.sqrt(np.diag(V)), rel=1e-9)
    assert np.ndim(found.se) == (X is not None)


def test_clusters_may_be_unions_of_those_of_the_fit():
    fit = ev.multilevel(YI, VI, DISTRICT)
    wider = DISTRICT // 60
    Phi = np.diag(VI + fit.sigma2[1]) + fit.sigma2[0] * (DISTRICT[:, None] == DISTRICT)
    V, df = written_out(YI, fit.X, Phi, wider)
    found = ev.robust(fit, wider)
    assert found.se == pytest.approx(np.sqrt(V[0, 0]), rel=1e-9)
    assert found.df == pytest.approx(df[0], rel=1e-9)


def test_a_cluster_with_a_dummy_of_its_own_adds_nothing_to_the_rest():
    """A cluster that fixes one coefficient leaves CR2 singular; without that cluster all is as before."""
    label = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3])
    X = (label == 3).astype(float)
    yi, vi = np.array([0.1, 0.5, 0.3, 0.9, 0.2, 0.4, 0.8, 1.4, 2.0]), np.linspace(0.1, 0.5, 9)
    with pytest.raises(ValueError, match=r"^X\[:, 1\] must vary beyond one cluster, but cluster 3"):
        ev.robust(ev.rma(yi, vi, X, method="EE"), label)
    inside = ev.robust(ev.rma(yi[:7], vi[:7], method="EE"), label[:7])
    assert inside.n_clusters == 3 and inside.se > 0


def test_errors_say_what_is_wrong():
    fit, three = ev.rma(YI, VI), ev.multilevel(YI, VI, DISTRICT)
    for arguments, message in (
        ((fit, [1] * 56), "cluster must hold more clusters than coefficients, got 1 for 1"),
        ((fit, DISTRICT, "CR3"), "vcov must be one of 'CR2', 'CR1', got 'CR3'"),
        ((fit, DISTRICT[:-1]), "lengths differ: cluster has 55, yi has 56"),
        ((fit, DISTRICT, "CR2", 0), "level must be between 0 and 1, got 0"),
        ((None, DISTRICT), "fit must be a result of rma or multilevel, got NoneType"),
        ((three, range(56)), "cluster[1] must be that of the other effects of its cluster in the fit"),
    ):
        with pytest.raises(ValueError) as error:
            ev.robust(*arguments)
        assert str(error.value) == message
