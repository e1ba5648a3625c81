"""Forest plots: what goes in, and whether it can be drawn."""

import math
from dataclasses import KW_ONLY, dataclass

from evidence.engine.numerics.arguments import choice, same_length
from evidence.engine.numerics.distributions import quantile
from evidence.words.scales import unsigned

ROUTES = {
    "printed": ("a", "change printed with its error"),
    "paired_p": ("b", "exact p of the paired test"),
    "between_p": ("c", "exact p of the test between groups"),
    "spread": ("d", "both spreads and a correlation"),
    "quantiles": ("e", "medians and quartiles"),
    "counts": ("f", "counts"),
    "bound": ("g", "largest error that p allows"),
    "none": ("\N{EN DASH}", "no standard error"),
}


@dataclass(frozen=True)
class Row:
    """One weighted study, on the analysis scale.

    Parameters
    ----------
    label : str
        Study, as printed at the left.
    yi, low, high : float
        Effect and its interval; infinite ends are drawn as arrows.
    drug, n : str
        Printed beside the label.
    text : str
        Estimate with its interval as printed; empty: made from the numbers.
    weight : float or None
        Percent of the pool; the area of the square.
    route : str
        How the standard error came about, a key of `ROUTES`; empty for no mark.
    mark : str
        Footnote sign behind the label, explained in the figure's note.
    style : {"solid", "hollow"}
        Square filled, or open for a row that is shown but stands apart.
    """

    label: str
    _: KW_ONLY
    yi: float
    low: float
    high: float
    drug: str = ""
    n: str = ""
    text: str = ""
    weight: float | None = None
    route: str = ""
    mark: str = ""
    style: str = "solid"


@dataclass(frozen=True)
class Unweighted:
    """One study that is shown but carries no weight.

    Parameters
    ----------
    label, drug, n : str
        As in `Row`.
    printed : str
        What the paper printed.
    reason : str
        Why it has no weight.
    yi : float or None
        Effect without an interval, drawn as a small open circle.
    text : str
        Effect as printed beside the plot; empty: made from `yi`.
    """

    label: str
    _: KW_ONLY
    drug: str = ""
    n: str = ""
    printed: str = ""
    reason: str = ""
    yi: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate, on the analysis scale.

    Parameters
    ----------
    label : str
        Such as ``Random effects, k = 7``; for "single" the statement itself.
    estimate, ci_low, ci_high : float or None
        None for "single".
    pi_low, pi_high : float or None
        Prediction interval.
    text : str
        Estimate with its interval as printed; empty: made from the numbers.
    heterogeneity : str
        Line below the label, see `heterogeneity`.
    kind : {"pooled", "pair", "single"}
        Filled diamond; open diamond, for two studies; words alone.
    warning : str
        Plain words below, such as what an interval from two studies is worth.
    """

    label: str
    _: KW_ONLY
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    text: str = ""
    heterogeneity: str = ""
    kind: str = "pooled"
    warning: str = ""


@dataclass(frozen=True)
class Block:
    """One stratum: heading, weighted rows, pooled estimates, and what carries no weight.

    Parameters
    ----------
    heading : str
        Empty for no heading.
    rows : sequence of Row
    pooled : Pooled, sequence of Pooled or None
        Several are drawn one below the other.
    unweighted : sequence of Unweighted
    note : str or sequence of str
        Plain words at the end of the block; several are drawn one below the other.
    """

    heading: str
    rows: tuple = ()
    pooled: Pooled | tuple | None = None
    unweighted: tuple = ()
    note: str | tuple = ""

    @property
    def notes(self):
        """The notes as a tuple."""
        return tuple(filter(None, (self.note,) if isinstance(self.note, str) else self.note))

    @property
    def pools(self):
        """The pooled estimates as a tuple."""
        if self.pooled is None:
            return ()
        return (self.pooled,) if isinstance(self.pooled, Pooled) else tuple(self.pooled)


def heterogeneity(tau2, I2, Q, Q_df, Q_p):
    """Line of heterogeneity, such as ``τ² 0.020, I² 45%, Q 7.3 (df 4), p = 0.12``."""
    share = "99.9" if I2 > 99.9 else f"{I2:.1f}" if I2 > 99.5 else f"{I2:.0f}"
    p = "p < 0.001" if Q_p < 0.001 else f"p = {Q_p:.3f}" if Q_p < 0.1 else f"p = {Q_p:.2f}"
    return f"τ² {_tau2_words(tau2)}, I² {share}%, Q {unsigned(Q, 1)} (df {Q_df:.0f}), {p}"


def _tau2_words(tau2):
    """Variance between studies with three decimals, or as many as show it."""
    if tau2 == 0:
        return "0"
    if tau2 >= 0.0095:
        return unsigned(tau2, 3 if tau2 < 1 else 2 if tau2 < 100 else 0)
    digit, _, power = f"{tau2:.1e}".partition("e")
    if int(power) >= -4:
        return f"{tau2:.{1 - int(power)}f}"
    return f"{digit} × 10" + f"{int(power)}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def checked(block, index, routes):
    """The block, if its numbers can be drawn."""
    for position, row in enumerate(block.rows):
        where = f"blocks[{index}].rows[{position}]"
        if not math.isfinite(row.yi):
            raise ValueError(f"{where}.yi must be a finite number, got {row.yi}")
        if not row.low <= row.yi <= row.high:
            raise ValueError(f"{where} must have low <= yi <= high, got {row.low}, {row.yi}, {row.high}")
        if row.weight is not None and not 0 <= row.weight <= 100:
            raise ValueError(f"{where}.weight must be a percentage from 0 to 100, got {row.weight}")
        choice(f"{where}.route", row.route, ("", *routes))
        choice(f"{where}.style", row.style, ("solid", "hollow"))
    for position, pool in enumerate(block.pools):
        where = f"blocks[{index}].pooled[{position}]"
        choice(f"{where}.kind", pool.kind, ("pooled", "pair", "single"))
        ends = (pool.ci_low, pool.estimate, pool.ci_high)
        if pool.kind != "single" and (None in ends or not ends[0] <= ends[1] <= ends[2]):
            raise ValueError(f"{where} must have ci_low <= estimate <= ci_high, got {ends}")
    for position, row in enumerate(block.unweighted):
        if row.yi is not None and not math.isfinite(row.yi):
            where = f"blocks[{index}].unweighted[{position}]"
            raise ValueError(f"{where}.yi must be a finite number or None, got {row.yi}")
    return block


def from_fit(fit, labels):
    """A fit without moderators as one block."""
    if fit.X.shape[1] > 1 or (fit.X != 1).any():
        count = fit.X.shape[1]
        raise ValueError(f"blocks must be a fit without moderators, got one with {count} coefficients")
    labels = [f"Study {i + 1}" for i in range(fit.k)] if labels is None else list(labels)
    same_length(labels=labels, yi=fit.yi)
    reach = quantile((1 + fit.level) / 2) * fit.vi**0.5
    numbers = zip(labels, fit.yi, reach, fit.weights, strict=True)
    alone = fit.k == 1
    rows = tuple(
        Row(str(label), yi=float(y), low=float(y - r), high=float(y + r), weight=None if alone else float(w)) for label, y, r, w in numbers
    )
    if alone:
        return Block("", rows, Pooled("Single study, not pooled", kind="single"))
    pooled = Pooled(
        f"{'Equal effects' if fit.method == 'EE' else f'Random effects, {fit.method}'}, k = {fit.k}",
        estimate=fit.estimate,
        ci_low=fit.ci_low,
        ci_high=fit.ci_high,
        pi_low=fit.pi_low if fit.k > 2 else None,
        pi_high=fit.pi_high if fit.k > 2 else None,
        heterogeneity=heterogeneity(fit.tau2, fit.I2, fit.Q, fit.Q_df, fit.Q_p),
        kind="pair" if fit.k == 2 else "pooled",
        warning="Two studies only: the spread between them is hardly known." if fit.k == 2 else "",
    )
    return Block("", rows, pooled)
