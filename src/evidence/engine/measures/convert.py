"""From what papers print (SE, CI, t, F, chi-squared, p, quantiles) to means, SDs, SEs, d and correlations.

The public names, gathered. Scalars give scalars, arrays of shape (k,) give arrays; the two
may be mixed.
"""

from evidence.engine.measures.change import r_from_p, r_from_sds, sd_change
from evidence.engine.measures.conversions import (
    d_from_chi2,
    d_from_log_odds_ratio,
    d_from_r,
    d_from_t,
    log_odds_ratio_from_d,
    r_from_chi2,
    r_from_t,
    r_from_z,
    z_from_d,
)  # fmt: skip
from evidence.engine.measures.logscale import LogEstimate, log_from_ci, raw_to_log, se_log_ratio_from_p, se_log_ratio_from_t
from evidence.engine.measures.quantiles import MeanSD, log_mean_sd_from_quantiles, mean_sd_from_quantiles
from evidence.engine.measures.standard_errors import (
    p_from_se,
    sd_from_ci,
    sd_from_se,
    sd_from_se_difference,
    se_from_ci,
    se_from_p,
    se_from_sd,
    se_from_t,
    statistic_from_p,
)  # fmt: skip

__all__ = [
    "LogEstimate", "MeanSD", "d_from_chi2", "d_from_log_odds_ratio", "d_from_r", "d_from_t", "log_from_ci",
    "log_mean_sd_from_quantiles", "log_odds_ratio_from_d", "mean_sd_from_quantiles", "p_from_se", "r_from_chi2",
    "r_from_p", "r_from_sds", "r_from_t", "r_from_z", "raw_to_log", "sd_change", "sd_from_ci", "sd_from_se",
    "sd_from_se_difference", "se_from_ci", "se_from_p", "se_from_sd", "se_from_t",
    "se_log_ratio_from_p", "se_log_ratio_from_t", "statistic_from_p", "z_from_d",
]  # fmt: skip
