"""The words that mean one thing everywhere: statistics, arms, routes, strata, the names of analyses and the ids of pools."""

HEADLINE = "headline"
LEAST_STUDIES = 10  # to tell asymmetry from chance, see funnel.py
LEVELS = ("mean", "median", "geometric_mean", "unspecified")
INTERVALS = ("iqr", "range", "ci95")
RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio", "fold_change")
TESTS = {"t_value": "t", "f_value": "F", "chi2_value": "chi-squared", "z_value": "z"}
CONVERTIBLE = {"odds_ratio": ("SMD", "ZCOR"), "correlation": ("SMD", "OR"), "standardised_difference": ("OR", "ZCOR")}
UNSIGNED = ("f_value", "chi2_value")
READINGS = {"sd": "SD", "se": "SE"}
CONTROLS = ("placebo", "untreated", "active_control")
PROPORTIONS = ("PLO", "PR", "PFT")
RATES = ("IRR", "IRLN")
OF_PEOPLE = (*PROPORTIONS, "OR", "RR", "RD")
CONTROLLED, ACTIVE = "versus_control", "versus_active"
USED_BY = {
    **dict.fromkeys(LEVELS, ("ROM", "MD", "SMD", "MN")), "events": (*OF_PEOPLE, *RATES), "percent": OF_PEOPLE, "mean_difference": ("MD", "SMD"),
    **dict.fromkeys(("percent_change", "fold_change"), ("ROM",)), "odds_ratio": ("OR", *PROPORTIONS), "risk_ratio": ("RR",),
    "hazard_ratio": ("HR",), "rate_ratio": RATES, "correlation": ("ZCOR",), **dict.fromkeys(TESTS, ("SMD", "ZCOR")),
    "standardised_difference": ("SMD",), "o_minus_e": ("HR", "OR", *PROPORTIONS),
}  # fmt: skip
ROUTE_RANK = ("printed", "counts", "paired_p", "between_p", "spread", "quantiles", "bound")
ELIGIBILITY = ("include", "sensitivity", "background", "exclude")
ALL = "all"
COMPARATOR = "comparator"  # the kind of stratum of comparisons with one active agent


def pool_id(frame):
    """Ids of pools from the columns that name them."""
    return frame["outcome"] + "." + frame["contrast"] + "." + frame["stratum"].str.replace(":", "-") + "." + frame["analysis"]
