"""Likelihood of effects that are published with a chance depending on the p-value."""

from dataclasses import dataclass

import numpy as np
import scipy


@dataclass(frozen=True)
class StepModel:
    """Data of a step-function selection model.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
    X : ndarray, shape (k, p)
    interval : ndarray of int, shape (k,)
        Interval of p-values that each study falls in, from 0.
    cuts : ndarray, shape (m,)
        Values of z = yi/sqrt(vi) where the chance of publication changes, rising.
    piece : ndarray of int, shape (m + 1,)
        Interval of p-values to the left of, between and to the right of the cuts.
    """

    yi: np.ndarray
    vi: np.ndarray
    X: np.ndarray
    interval: np.ndarray
    cuts: np.ndarray
    piece: np.ndarray

    @property
    def intervals(self):
        """Number J of intervals of p-values."""
        return int(self.piece.max()) + 1


def loglik(theta, model):
    """Log-likelihood, its gradient and its matrix of second derivatives.

    Parameters
    ----------
    theta : ndarray, shape (p + J,)
        beta, tau2, log delta_2 ... log delta_J; delta_1 = 1.
    model : StepModel

    Returns
    -------
    value : float
    gradient : ndarray, shape (p + J,)
    hessian : ndarray, shape (p + J, p + J)

    Notes
    -----
    With mu_i = Xi beta, si = vi + tau2 and Ai = sum_j delta_j P_ij, the sum of
    log phi(yi; mu_i, si) + log delta_j(i) - log Ai [vevea1995].

    References
    ----------
    .. [vevea1995] Vevea JL, Hedges LV. Psychometrika 1995;60:419-435.
    """
    k, p = model.X.shape
    mu, si = model.X @ theta[:p], model.vi + theta[p]
    delta = np.exp(np.concatenate([[0.0], theta[p + 1 :]]))
    value, first, second = _normal(model.yi - mu, si, len(delta) - 1)
    log_Ai, Ai_first, Ai_second = _log_expected_chance(mu, si, delta, model)
    in_interval = model.interval[:, None] == np.arange(1, len(delta))
    first[:, 2:] += in_interval
    first, second = first - Ai_first, second - Ai_second
    to_theta = np.zeros((k, first.shape[1], len(theta)))
    to_theta[:, 0, :p] = model.X
    to_theta[:, 1:, p:] = np.eye(len(theta) - p)
    return (
        np.sum(value + np.log(delta[model.interval]) - log_Ai),
        np.sum(to_theta.transpose(0, 2, 1) @ first[:, :, None], axis=0)[:, 0],
        np.sum(to_theta.transpose(0, 2, 1) @ second @ to_theta, axis=0),
    )


def _normal(residual, si, deltas):
    """Log density of each study with its derivatives by mu, tau2 and the log deltas."""
    value = -0.5 * (np.log(2 * np.pi * si) + residual**2 / si)
    first = np.zeros((len(si), 2 + deltas))
    first[:, 0] = residual / si
    first[:, 1] = residual**2 / (2 * si**2) - 1 / (2 * si)
    second = np.zeros((len(si), 2 + deltas, 2 + deltas))
    second[:, 0, 0] = -1 / si
    second[:, 0, 1] = second[:, 1, 0] = -residual / si**2
    second[:, 1, 1] = 1 / (2 * si**2) - residual**2 / si**3
    return value, first, second


def _log_expected_chance(mu, si, delta, model):
    """log Ai with its derivatives by mu, tau2 and the log deltas."""
    P, P_mu, P_tau2, P_mu_mu, P_mu_tau2, P_tau2_tau2 = _interval_chances(mu, si, model)
    Ai = P @ delta
    first = np.column_stack([P_mu @ delta, P_tau2 @ delta, (P * delta)[:, 1:]]) / Ai[:, None]
    second = np.zeros((len(mu), first.shape[1], first.shape[1]))
    second[:, 0, 0] = P_mu_mu @ delta
    second[:, 0, 1] = second[:, 1, 0] = P_mu_tau2 @ delta
    second[:, 1, 1] = P_tau2_tau2 @ delta
    second[:, 0, 2:] = second[:, 2:, 0] = (P_mu * delta)[:, 1:]
    second[:, 1, 2:] = second[:, 2:, 1] = (P_tau2 * delta)[:, 1:]
    diagonal = np.arange(2, first.shape[1])
    second[:, diagonal, diagonal] = (P * delta)[:, 1:]
    second = second / Ai[:, None, None] - first[:, :, None] * first[:, None, :]
    return np.log(Ai), first, second


def _interval_chances(mu, si, model):
    """Chance P of each interval for each study, with its derivatives by mu and tau2.

    Returns
    -------
    ndarray, shape (6, k, J)
        P, and P by mu, tau2, mu mu, mu tau2, tau2 tau2, from those of Phi(u) at
        the cuts, u = (c sqrt(vi) - mu)/sqrt(si).
    """
    si = si[:, None]
    u = (np.sqrt(model.vi)[:, None] * model.cuts - mu[:, None]) / np.sqrt(si)
    phi = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    below = np.zeros((6, len(mu), len(model.cuts) + 2))
    below[0, :, -1] = 1
    below[:, :, 1:-1] = [
        scipy.special.ndtr(u),
        -phi / np.sqrt(si),
        -phi * u / (2 * si),
        -phi * u / si,
        phi * (1 - u**2) / (2 * si**1.5),
        phi * u * (3 - u**2) / (4 * si**2),
    ]
    pieces = np.diff(below, axis=2)
    return np.stack([pieces[:, :, model.piece == j].sum(axis=2) for j in range(model.intervals)], axis=2)
