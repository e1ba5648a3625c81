"""The last steps of a trace: from the analysis scale to the readable unit."""

from evidence.words.measures import measure_of, scale_of_row
from evidence.words.scales import scale_named

BACK = {
    "ratio": ("{times} * (exp({y}) - 1)", "percent change: {times} (e^y - 1)"),
    "factor": ("exp({y})", "ratio: e^y"),
    "proportion": ("{times} * exp({y}) / (1 + exp({y}))", "{unit}: {times} e^y / (1 + e^y)"),
    "arcsine": ("{times} * sin(min(max({y}, 0), asin(1))) ** 2", "{unit}: {times} sin^2 y, y between 0 and pi / 2"),
    "rate": ("{times} * exp({y})", "{unit}: {times} e^y"),
    "correlation": ("tanh({y})", "correlation: tanh y"),
}
OF_POOL = {
    "mu": ("effect", ""), "ci_low": ("effect_low", "lower end of the interval"), "ci_high": ("effect_high", "upper end"),
    "pi_low": ("effect_pi_low", "lower end of the prediction interval"), "pi_high": ("effect_pi_high", "upper end"),
}  # fmt: skip
MULTIPLIED = ("{times} * {y}", "{unit}: {times} y")


def read_back(work, row, ends):
    """Add the readable form of an effect or a pool, where it is another number than that on the analysis scale.

    Parameters
    ----------
    work : Work
    row
        With measure and effect_unit.
    ends : dict of (str, str)
        By the name of a number on the analysis scale, the name of its readable form and the words for it; "" for the estimate.
    """
    scale = scale_named(scale_of_row(row))
    expression, words = BACK.get(measure_of(row.measure).scale, MULTIPLIED if scale.times != 1 else ("", ""))
    texts = {"times": f"{scale.times:.0f}", "unit": "percent" if scale.sign else row.effect_unit}
    for of, (name, end) in ends.items():
        if expression and of in work:
            work.step(name, end or words.format(**texts), expression.format(y=of, **texts))
