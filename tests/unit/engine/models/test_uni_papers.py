"""Worked examples, each named after its paper."""

import numpy as np

import evidence as ev

# Raudenbush & Bryk 1985, Table 1: effect, variance, weeks of contact before the experiment.
TEACHERS = {
    "yi": [0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18, -0.06,
           0.30, 0.07, -0.07],
    "vi": [0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912, 0.0497, 0.0835,
           0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303],
    "weeks": [2, 21, 19, 0, 0, 3, 17, 24, 0, 1, 0, 0, 1, 2, 17, 5, 1, 2, 7],
}  # fmt: skip
# Colditz et al. 1994: cases and others, vaccinated and control.
BCG = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "bi": [119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "di": [128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825],
}
# The same trials: absolute latitude and year of publication.
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
YEAR = [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976]
# Collins et al. 1985, pre-eclampsia: cases and women, treated and control.
DIURETICS = {
    "ai": [14, 21, 14, 6, 12, 138, 15, 6, 65],
    "n1i": [131, 385, 57, 38, 1011, 1370, 506, 108, 153],
    "ci": [14, 17, 24, 18, 35, 175, 20, 2, 40],
    "n2i": [136, 134, 48, 40, 760, 1336, 524, 103, 102],
}


def test_viechtbauer_2005_page_271():
    """Seven estimators of tau2 and their I2, first example."""
    yi = [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]
    vi = [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]
    tau2 = {"HS": 0.228, "HE": 0.148, "DL": 0.277, "ML": 0.197, "REML": 0.223, "EB": 0.192, "SJ": 0.199}
    I2 = {"HS": 77.23, "HE": 68.80, "DL": 80.44, "ML": 74.51, "REML": 76.84, "EB": 74.05, "SJ": 74.75}
    for method in tau2:
        fit = ev.rma(yi, vi, method=method)
        assert round(fit.tau2, 3) == tau2[method]
        assert round(fit.I2, 2) == I2[method]


def test_viechtbauer_2007_table_II_page_44():
    """Diuretics in pregnancy, log odds ratios: estimates of tau2 and their intervals."""
    yi, vi = both(ev.escalc("OR", **DIURETICS))
    fits = {method: ev.rma(yi, vi, method=method) for method in ("DL", "ML", "REML", "SJ")}
    assert [round(fit.tau2, 4) for fit in fits.values()] == [0.2297, 0.2386, 0.3008, 0.4563]
    assert np.round(fits["DL"].tau2_ci("qprofile"), 4).tolist() == [0.0723, 2.2027]
    assert np.round(fits["ML"].tau2_ci("profile"), 4).tolist() == [0.0265, 1.1308]
    assert np.round(fits["REML"].tau2_ci("profile"), 4).tolist() == [0.0427, 1.4747]


def both(effect):
    return effect.yi, effect.vi


def test_raudenbush_and_bryk_1985_pages_83_to_86():
    """Teachers' expectancies and pupils' IQ: REML."""
    fit = ev.rma(TEACHERS["yi"], TEACHERS["vi"], test="z")
    assert (round(fit.tau2, 3), round(fit.estimate, 3), round(fit.stat, 2)) == (0.019, 0.084, 1.62)


def test_raudenbush_2009_table_16_2_page_301():
    """The same studies: equal effects, random effects, weeks of contact (three and more as three)."""
    yi, vi = TEACHERS["yi"], TEACHERS["vi"]
    equal, random = ev.rma(yi, vi, method="EE", test="z"), ev.rma(yi, vi, test="z")
    assert (round(equal.estimate, 3), round(equal.Q, 2)) == (0.060, 35.83)
    assert (round(random.estimate, 3), round(random.se, 3), round(random.tau2, 3)) == (0.084, 0.052, 0.019)
    mixed = ev.rma(yi, vi, np.minimum(TEACHERS["weeks"], 3), test="z")
    np.testing.assert_array_equal(np.round(mixed.estimate, 3), [0.407, -0.157])
    np.testing.assert_array_equal(np.round(mixed.se, 3), [0.087, 0.036])
    assert mixed.tau2 == 0 and round(mixed.Q, 2) == 16.57 and mixed.R2 == 100


def test_colditz_1994_abstract():
    """BCG vaccine and tuberculosis, 13 trials: risk ratio 0.49 (0.34 to 0.70), DerSimonian-Laird."""
    fit = ev.rma(*both(ev.escalc("RR", **BCG)), method="DL", test="z")
    assert [round(float(np.exp(value)), 2) for value in (fit.estimate, fit.ci_low, fit.ci_high)] == [
        0.49,
        0.34,
        0.70,
    ]


def test_borenstein_2009_chapter_19():
    """Two groups of five studies: equal effects, tau2 by group, tau2 pooled."""
    yi = [0.110, 0.224, 0.338, 0.451, 0.480, 0.440, 0.492, 0.651, 0.710, 0.740]
    vi = [0.0100, 0.0300, 0.0200, 0.0150, 0.0100, 0.0150, 0.0200, 0.0150, 0.0250, 0.0120]
    labels = ["A"] * 5 + ["B"] * 5
    equal = ev.subgroups(yi, vi, labels, method="EE", test="z")
    assert [round(fit.estimate, 4) for fit in equal.fits.values()] == [0.3241, 0.6111]
    assert (round(equal.Q_between, 4), equal.df, round(equal.p, 4)) == (13.4626, 1, 0.0002)
    apart = ev.subgroups(yi, vi, labels, method="DL", test="z")
    assert [round(fit.tau2, 4) for fit in apart.fits.values()] == [0.0164, 0.0022]
    pooled = ev.subgroups(yi, vi, labels, method="DL", test="z", tau2="common")
    assert {round(fit.tau2, 4) for fit in pooled.fits.values()} == {0.0097}
    assert (round(pooled.Q_between, 4), round(pooled.p, 4)) == (7.8324, 0.0051)


def test_viechtbauer_2010_bcg_risk_ratios():
    """J Stat Softw 36(3), BCG vaccine: random effects, intervals of heterogeneity, prediction."""
    fit = ev.rma(*both(ev.escalc("RR", **BCG)), test="z")
    printed = {
        "estimate": -0.7145, "se": 0.1798, "stat": -3.9744, "ci_low": -1.0669, "ci_high": -0.3622,
        "tau2": 0.3132, "se_tau2": 0.1664, "H2": 12.86, "I2": 92.22, "Q": 152.2330,
    }  # fmt: skip
    for name, value in printed.items():
        assert round(getattr(fit, name), len(str(value).split(".")[1])) == value, name
    assert np.round(fit.tau2_ci(), 4).tolist() == [0.1197, 1.1115]
    assert np.round(fit.I2_ci(), 2).tolist() == [81.92, 97.68]
    assert np.round(fit.H2_ci(), 2).tolist() == [5.53, 43.07]
    assert np.round(np.exp([fit.pi_low, fit.pi_high]), 4).tolist() == [0.1546, 1.5490]


def test_viechtbauer_2010_bcg_by_latitude_and_year():
    """The same article's mixed model. Its iterations stop at 1e-5, so that the last digit printed differs."""
    yi, vi = both(ev.escalc("RR", **BCG))
    fit = ev.rma(yi, vi, np.column_stack([LATITUDE, YEAR]), test="z")
    np.testing.assert_allclose(fit.estimate, [-3.5455, -0.0280, 0.0019], atol=2e-4)
    np.testing.assert_allclose(fit.se, [29.0959, 0.0102, 0.0147], atol=4e-4)
    assert (round(fit.tau2, 4), round(fit.se_tau2, 4), round(fit.Q, 4)) == (0.1108, 0.0845, 28.3251)
    assert (round(fit.QM, 3), round(fit.QM_p, 4), round(fit.Q_p, 4)) == (12.204, 0.0022, 0.0016)


def test_berkey_1995_bcg_by_latitude():
    """Stat Med 14:395-411, empirical Bayes, variances smoothed over the trials."""
    ai, bi, ci, di = (np.array(BCG[name], float) for name in ("ai", "bi", "ci", "di"))
    vi = (bi / ai).mean() / (ai + bi) + (di / ci).mean() / (ci + di)
    yi = ev.escalc("RR", **BCG).yi
    pool = ev.rma(yi, vi, method="EB", test="z")
    assert (round(pool.estimate, 4), round(pool.se, 4), round(pool.tau2, 4)) == (-0.5429, 0.1842, 0.2682)
    mixed = ev.rma(yi, vi, np.array(LATITUDE) - 33.46, method="EB", test="z")
    np.testing.assert_array_equal(np.round(mixed.estimate, 4), [-0.6303, -0.0268])
    np.testing.assert_array_equal(np.round(mixed.se, 4), [0.1591, 0.0110])
    assert round(mixed.tau2, 4) == 0.1572


def test_van_houwelingen_2002_bcg_odds_ratios():
    """Stat Med 21:589-624: maximum likelihood, its profile interval, meta-regression on latitude."""
    yi, vi = both(ev.escalc("OR", **BCG))
    equal, random = (ev.rma(yi, vi, method=method, test="z") for method in ("EE", "ML"))
    assert np.round([equal.estimate, equal.ci_low, equal.ci_high], 3).tolist() == [-0.436, -0.519, -0.353]
    assert (round(random.estimate, 3), round(random.se, 3), round(random.tau2, 3)) == (-0.742, 0.178, 0.302)
    assert np.round(random.tau2_ci("profile"), 2).tolist() == [0.12, 0.89]
    mixed = ev.rma(yi, vi, LATITUDE, method="ML", test="z")
    np.testing.assert_array_equal(np.round(mixed.estimate, 3), [0.371, -0.033])
    np.testing.assert_array_equal(np.round(mixed.se, 3), [0.106, 0.003])
    assert round(mixed.tau2, 3) == 0.004
