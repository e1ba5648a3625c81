"""Second opinion: every headline pool computed again by PyMARE and by statsmodels."""

import numpy as np
import pandas as pd

from evidence.engine.models.uni import rma
from evidence.store.rows import named_rows

TOLERANCE = 1e-4
DECIMALS = 10  # of a difference: what lies below is the rounding of the processor, and another makes another table of it
COLUMNS = ["pool", "engine", "method", "k", "quantity", "ours", "theirs", "difference", "agrees"]


def by_pymare(yi, vi, method):
    """Estimate, plain standard error and tau2 of PyMARE, or None for a method it lacks."""
    from pymare import Dataset
    from pymare.estimators import DerSimonianLaird, Hedges, VarianceBasedLikelihoodEstimator

    makers = {
        "REML": lambda: VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="wald"),
        "ML": lambda: VarianceBasedLikelihoodEstimator(method="ML", small_sample_correction="wald"),
        "DL": lambda: DerSimonianLaird(small_sample_correction="wald"),
        "HE": lambda: Hedges(small_sample_correction="wald"),
    }
    if method not in makers:
        return None
    dataset = Dataset(y=np.asarray(yi)[:, None], v=np.asarray(vi)[:, None])
    result = makers[method]().fit_dataset(dataset).summary()
    return float(result.fe_params[0, 0]), float(result.get_fe_stats()["se"][0, 0]), float(np.ravel(result.tau2)[0])


def by_statsmodels(yi, vi, method):
    """Estimate, plain standard error and tau2 of statsmodels, or None for a method it lacks."""
    from statsmodels.stats.meta_analysis import combine_effects

    names = {"PM": "iterated", "DL": "chi2"}
    if method not in names:
        return None
    result = combine_effects(np.asarray(yi), np.asarray(vi), method_re=names[method])
    return float(result.mean_effect_re), float(result.sd_eff_w_re), float(result.tau2)


ENGINES = {"PyMARE": by_pymare, "statsmodels": by_statsmodels}
INSTEAD = {"PyMARE": "REML", "statsmodels": "PM"}


def compared(pool, engine, method, yi, vi):
    """Three rows: estimate, se and tau2 of one pool, ours beside theirs.

    Differences are in units of the standard error, those of tau2 in units of tau2 plus the mean variance, to ten decimals.
    """
    theirs = ENGINES[engine](yi, vi, method)
    if theirs is None:
        method = INSTEAD[engine]
        theirs = ENGINES[engine](yi, vi, method)
    fit = rma(yi, vi, method=method, test="z")
    ours = (fit.estimate, fit.se, fit.tau2)
    units = (fit.se, fit.se, fit.tau2 + float(np.mean(vi)))
    rows = []
    for quantity, own, other, unit in zip(("estimate", "se", "tau2"), ours, theirs, units, strict=True):
        gap = round(abs(own - other) / unit, DECIMALS)
        rows.append((pool, engine, method, len(yi), quantity, own, other, gap, "yes" if gap <= TOLERANCE else "no"))
    return rows


def opinion(pools, members):
    """Ours beside PyMARE's and statsmodels' numbers.

    Parameters
    ----------
    pools, members : DataFrame
        From the stage pools.

    Returns
    -------
    DataFrame
        Three rows (estimate, se, tau2) per headline pool of two or more cohorts and engine. An engine that
        lacks the method of the plan is compared on one that it has, named in `method`.
    """
    headline = pools[(pools["analysis"] == "headline") & (pools["k"] >= 2)]
    weighted = members[members["left_out"] == ""]
    by_pool = dict(tuple(weighted[weighted["pool"].isin(headline["id"])].groupby("pool", sort=True)))
    rows, done = [], {}
    for pool in named_rows(headline):
        part = by_pool[pool.id]
        key = (tuple(part["yi"]), tuple(part["vi"]), pool.method)
        for engine in ENGINES:
            if (engine, key) not in done:
                done[engine, key] = compared(pool.id, engine, pool.method, part["yi"].to_numpy(), part["vi"].to_numpy())
            rows += [(pool.id, *row[1:]) for row in done[engine, key]]
    return pd.DataFrame(rows, columns=COLUMNS)
