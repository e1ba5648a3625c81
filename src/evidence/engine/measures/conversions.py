"""From a test statistic to d or r, and from one of d, r and the log odds ratio to another.

d is a difference of two means in standard deviations, r a correlation. Scalars give scalars, arrays of shape (k,) give
arrays. Where a variance is given, the variance of the result comes with it.
"""

import numpy as np

from evidence.engine.measures.inputs import checked, correlation, count, sample_size
from evidence.engine.measures.tables import LOGISTIC_SD
from evidence.engine.numerics.arguments import positive, vector


def d_from_t(t, n1, n2):
    """Standardised difference of two groups behind the t of their comparison: t sqrt(1/n1 + 1/n2).

    Parameters
    ----------
    t : array_like, shape (k,), or scalar
        Statistics of the test with the pooled variance; the root of F with one degree of freedom, with its sign.
    n1, n2 : array_like, shape (k,), or scalar
        Sizes of the two groups.

    Returns
    -------
    float or ndarray, shape (k,)
        d in units of the pooled standard deviation, not corrected for small samples.

    References
    ----------
    Borenstein 2009, table 12.1 [borenstein2009handbook].
    """
    t, n1, n2 = checked(t=(t, vector), n1=(n1, sample_size), n2=(n2, sample_size))
    return t * np.sqrt(1 / n1 + 1 / n2)


def d_from_chi2(chi2, n):
    """Standardised difference behind chi-squared of a 2x2 table: 2 sqrt(chi2 / (n - chi2)), without its sign.

    Parameters
    ----------
    chi2, n : array_like, shape (k,), or scalar
        Statistics with one degree of freedom, below n; people in the table.

    Returns
    -------
    float or ndarray, shape (k,)

    Notes
    -----
    The correlation of the table, phi = sqrt(chi2/n), turned into d by 2 r / sqrt(1 - r^2).

    References
    ----------
    Lipsey & Wilson 2001, appendix B [lipsey2001].
    """
    return d_from_r(r_from_chi2(chi2, n))


def r_from_t(t, df):
    """Correlation behind a t statistic: t / sqrt(t^2 + df).

    Parameters
    ----------
    t : array_like, shape (k,), or scalar
        Statistics; the root of F with one degree of freedom, with its sign.
    df : array_like, shape (k,), or scalar
        Degrees of freedom, n - 2 for a correlation.

    Returns
    -------
    float or ndarray, shape (k,)

    References
    ----------
    Rosenthal 1994, eq. 16.22 [rosenthal1994].
    """
    t, df = checked(t=(t, vector), df=(df, positive))
    return t / np.sqrt(t**2 + df)


def r_from_chi2(chi2, n):
    """Correlation behind chi-squared with one degree of freedom (phi): sqrt(chi2 / n), without its sign.

    Parameters
    ----------
    chi2, n : array_like, shape (k,), or scalar
        Statistics, not above n; people in the table.

    Returns
    -------
    float or ndarray, shape (k,)

    References
    ----------
    Rosenthal 1994, eq. 16.23 [rosenthal1994].
    """
    chi2, n = checked(chi2=(chi2, count), n=(n, sample_size))
    (r,) = checked(r=(np.sqrt(chi2 / n), correlation))
    return r


def r_from_z(z, n):
    """Correlation behind a standard normal statistic: z / sqrt(n).

    Parameters
    ----------
    z, n : array_like, shape (k,), or scalar
        Statistics, with |z| below sqrt(n); people tested.

    Returns
    -------
    float or ndarray, shape (k,)

    References
    ----------
    Rosenthal 1994, eq. 16.24 [rosenthal1994].
    """
    z, n = checked(z=(z, vector), n=(n, sample_size))
    (r,) = checked(r=(z / np.sqrt(n), correlation))
    return r


def d_from_log_odds_ratio(y, v):
    """Standardised difference behind a log odds ratio, with its variance: y sqrt(3) / pi and 3 v / pi^2.

    Parameters
    ----------
    y, v : array_like, shape (k,), or scalar
        Log odds ratios and their variances.

    Returns
    -------
    d, v_d : float or ndarray, shape (k,)

    References
    ----------
    Hasselblad & Hedges 1995 [hasselblad1995]; Borenstein et al. 2009, eq. 7.1 and 7.2 [borenstein2009].
    """
    y, v = checked(y=(y, vector), v=(v, positive))
    return y / LOGISTIC_SD, v / LOGISTIC_SD**2


def log_odds_ratio_from_d(d, v):
    """Log odds ratio behind a standardised difference, with its variance: d pi / sqrt(3) and v pi^2 / 3.

    Parameters
    ----------
    d, v : array_like, shape (k,), or scalar
        Standardised differences and their variances.

    Returns
    -------
    y, v_y : float or ndarray, shape (k,)

    References
    ----------
    Hasselblad & Hedges 1995 [hasselblad1995]; Borenstein et al. 2009, eq. 7.3 and 7.4 [borenstein2009].
    """
    d, v = checked(d=(d, vector), v=(v, positive))
    return d * LOGISTIC_SD, v * LOGISTIC_SD**2


def d_from_r(r, v=None):
    """Standardised difference behind a correlation: 2 r / sqrt(1 - r^2), with its variance 4 v / (1 - r^2)^3.

    Parameters
    ----------
    r : array_like, shape (k,), or scalar
        Correlations, inside -1 to 1.
    v : array_like, shape (k,), or scalar, optional
        Their variances.

    Returns
    -------
    d : float or ndarray, shape (k,)
    v_d : float or ndarray, shape (k,)
        Only where `v` is given.

    References
    ----------
    Borenstein et al. 2009, eq. 7.5 and 7.6 [borenstein2009].
    """
    (r,) = checked(r=(r, correlation))
    (rest,) = checked(**{"1 - r^2": (1 - r**2, positive)})
    d = 2 * r / np.sqrt(rest)
    if v is None:
        return d
    (v,) = checked(v=(v, positive))
    return d, 4 * v / rest**3


def z_from_d(d, v, n1, n2):
    """Fisher's z of the correlation behind a standardised difference of two groups, with its variance.

    Parameters
    ----------
    d, v : array_like, shape (k,), or scalar
        Standardised differences and their variances.
    n1, n2 : array_like, shape (k,), or scalar
        Sizes of the two groups.

    Returns
    -------
    z, v_z : float or ndarray, shape (k,)

    Notes
    -----
    a = (n1 + n2)^2 / (n1 n2), r = d / sqrt(d^2 + a) with variance a^2 v / (d^2 + a)^3; on the scale of z = artanh(r) that
    is v / (d^2 + a).

    References
    ----------
    Borenstein et al. 2009, eq. 7.7 to 7.9 [borenstein2009].
    """
    d, v, n1, n2 = checked(d=(d, vector), v=(v, positive), n1=(n1, sample_size), n2=(n2, sample_size))
    a = (n1 + n2) ** 2 / (n1 * n2)
    return np.arcsinh(d / np.sqrt(a)), v / (d**2 + a)
