"""A fit as text."""

import numpy as np

NAMES = {"EE": "Equal-effects model"}
HEADS = ("estimate", "se", "stat", "p", "ci_low", "ci_high")


def text(fit):
    """A short table of a fit: heterogeneity, test of moderators, coefficients, prediction interval."""
    test = {"z": "normal"}.get(fit.test, f"{fit.test}, t with {fit.df} df") if fit.df else "normal"
    explained = "" if fit.R2 is None else f"   R2 {fit.R2:.1f}%"
    lines = [
        f"{NAMES.get(fit.method, 'Random-effects model')}: k = {fit.k}, {fit.method}, {test}",
        f"tau2 {number(fit.tau2)}   I2 {fit.I2:.1f}%   H2 {fit.H2:.2f}{explained}",
        f"Q {fit.Q:.4f} (df {fit.Q_df}), p {p_value(fit.Q_p)}",
    ]
    rows = np.atleast_2d(np.array([getattr(fit, name) for name in HEADS]).T)
    if len(rows) > 1:
        lines.append(f"QM {fit.QM:.4f} (df {', '.join(str(df) for df in fit.QM_df if df)}), p {p_value(fit.QM_p)}")
    lines.append("".join(f"{head:>11}" for head in HEADS))
    for row in rows:
        cells = [p_value(value) if head == "p" else number(value) for head, value in zip(HEADS, row)]
        lines.append("".join(f"{cell:>11}" for cell in cells))
    if fit.pi_low is not None:
        lines.append(f"prediction interval {number(fit.pi_low)} to {number(fit.pi_high)}")
    return "\n".join(lines)


def number(value):
    """Four decimals, or four significant digits where those would show nothing."""
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 or not np.isfinite(value) else f"{value:.4g}"


def p_value(value):
    """A p-value with four decimals."""
    return f"{value:.4f}" if value >= 1e-4 else "<0.0001"
