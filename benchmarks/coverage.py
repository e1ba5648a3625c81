"""Coverage and width of 95% intervals for the average effect, by simulation.

    python benchmarks/coverage.py [--repetitions 20000] [--bayes 1000] [--out docs/methods]

Prints a table and writes coverage.md and coverage.svg.
"""

import argparse
import itertools
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

import evidence as ev

SIZES = (2, 3, 5, 10, 20)
TAU2 = (0.0, 0.05, 0.1, 0.25, 0.5)
TESTS = ("z", "knha", "adhoc")
METHODS = (*TESTS, "bayes")
PRIOR = ("halfnormal", 0.5)
SEED = 20250101
SMALLEST_VARIANCE, LARGEST_VARIANCE = 0.009, 0.6

TEXT = """# Coverage of the 95% intervals

How often the interval for the average effect holds the true one, and how wide it is on average.
Made by `python benchmarks/coverage.py`; the seed is fixed, so a run gives these numbers again.

- Effects: normal around the truth with variance vi + tau2. Sampling variances: a quarter of a chi-squared
  variable with 1 degree of freedom, kept if between {low} and {high}, as for log odds ratios of typical
  trials (Brockwell and Gordon, Stat Med 2001;20:825-840). The true average is 0; a shift changes nothing.
- `z`, `knha`, `adhoc`: REML with the normal interval, with the Knapp-Hartung interval, and with the
  Knapp-Hartung interval never narrower than its plain form (factor max(1, q)); {repetitions:,} data sets
  a row, which leaves an error of {error:.2f} points at 95%.
- `bayes`: flat prior for the average, half-normal prior with scale {scale} for tau, central posterior
  interval; the first {bayes:,} of the same data sets (error {bayes_error:.2f} points).

![Coverage of the four intervals against tau2, a panel for each k](coverage.svg)

{table}

{reading}
"""

READING = """What to take from it:

- `z` is too narrow wherever studies differ and are few: at tau2 = {tau2} it covers {z_2:.0f}% with k = 2,
  {z_3:.0f}% with k = 3, {z_5:.0f}% with k = 5 and {z_20:.0f}% with k = 20.
- `knha` covers {knha_low:.0f}% to {knha_high:.0f}% in all rows. Its price is width at k = 2, where t has
  one degree of freedom: {knha_width:.1f} at tau2 = {tau2}.
- `adhoc`, the default of the review, is `knha` made safe: {adhoc_low:.0f}% to {adhoc_high:.0f}%, too wide
  with two or three studies or without heterogeneity.
- `bayes` covers {bayes_low:.0f}% to {bayes_high:.0f}%, the least at k = {least_k}, tau2 = {least_tau2},
  a tau of {least_tau:.2f} beside a prior of scale {scale}. At k = 2 its mean width is {bayes_narrow:.1f} to
  {bayes_wide:.1f}, that of `adhoc` {adhoc_narrow:.1f} to {adhoc_wide:.1f}. The prior's scale is that of log
  ratios: effects in other units need another."""


def variances(rng, shape):
    """A quarter of chi-squared(1) variables, drawn again while outside the limits."""
    vi = np.full(shape, np.nan)
    while np.isnan(vi).any():
        drawn = 0.25 * rng.chisquare(1, shape)
        inside = (drawn >= SMALLEST_VARIANCE) & (drawn <= LARGEST_VARIANCE)
        vi = np.where(np.isnan(vi) & inside, drawn, vi)
    return vi


def simulate(cell, repetitions, bayes_repetitions):
    """Coverage in percent and mean width of each method at one k and tau2."""
    k, tau2 = cell
    rng = np.random.default_rng([SEED, k, round(1000 * tau2)])
    V = variances(rng, (k, repetitions))
    Y = rng.normal(0, np.sqrt(V + tau2))
    found = {}
    for test in TESTS:
        fits = ev.rma_batch(Y, V, method="REML", test=test)
        found[test] = summary(fits.ci_low, fits.ci_high)
    posteriors = [ev.bayes(Y[:, j], V[:, j], tau_prior=PRIOR) for j in range(bayes_repetitions)]
    found["bayes"] = summary(np.array([each.ci_low for each in posteriors]), np.array([each.ci_high for each in posteriors]))
    return found


def summary(low, high):
    """Percent of intervals that hold 0, and their mean width."""
    return 100 * np.mean((low <= 0) & (high >= 0)), np.mean(high - low)


def table(results):
    """Results as a Markdown table."""
    heads = ["k", "tau2", *(f"{method} %" for method in METHODS), *(f"{method} width" for method in METHODS)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads)]
    for (k, tau2), found in results.items():
        cells = [str(k), f"{tau2:g}"]
        cells += [f"{found[method][0]:.1f}" for method in METHODS]
        cells += [f"{found[method][1]:.2f}" for method in METHODS]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(results, path):
    """Coverage against tau2, one panel for each k."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "coverage", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(SIZES), figsize=(11, 3.2), sharey=True, layout="constrained")
    for k, panel in zip(SIZES, panels):
        panel.axhline(95, color="0.7", linewidth=1)
        for method, mark in zip(METHODS, "os^D"):
            coverage = [results[k, tau2][method][0] for tau2 in TAU2]
            panel.plot(TAU2, coverage, marker=mark, markersize=4, linewidth=1.2, label=method)
        panel.set(title=f"k = {k}", xlabel="tau²")
    panels[0].set_ylabel("coverage, %")
    panels[-1].legend(frameon=False, loc="lower right")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def reading(results):
    """The sentences below the table, with their numbers."""
    tau2 = 0.25
    at = {k: results[k, tau2] for k in SIZES}
    coverage = {method: [found[method][0] for found in results.values()] for method in METHODS}
    widths = {method: [results[2, each][method][1] for each in TAU2] for method in METHODS}
    least_k, least_tau2 = min(results, key=lambda cell: results[cell]["bayes"][0])
    return READING.format(
        least_k=least_k,
        least_tau2=least_tau2,
        least_tau=least_tau2**0.5,
        scale=PRIOR[1],
        tau2=tau2,
        **{f"z_{k}": at[k]["z"][0] for k in SIZES},
        knha_width=at[2]["knha"][1],
        **{f"{method}_low": min(coverage[method]) for method in METHODS},
        **{f"{method}_high": max(coverage[method]) for method in METHODS},
        **{f"{method}_narrow": min(widths[method]) for method in METHODS},
        **{f"{method}_wide": max(widths[method]) for method in METHODS},
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=20000)
    parser.add_argument("--bayes", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path("docs/methods"))
    options = parser.parse_args()
    cells = list(itertools.product(SIZES, TAU2))
    run = partial(simulate, repetitions=options.repetitions, bayes_repetitions=options.bayes)
    with ProcessPoolExecutor() as pool:
        results = dict(zip(cells, pool.map(run, cells)))
    print(table(results))
    options.out.mkdir(parents=True, exist_ok=True)
    error, bayes_error = (100 * np.sqrt(0.95 * 0.05 / each) for each in (options.repetitions, options.bayes))
    text = TEXT.format(
        low=SMALLEST_VARIANCE,
        high=LARGEST_VARIANCE,
        repetitions=options.repetitions,
        bayes=options.bayes,
        error=error,
        bayes_error=bayes_error,
        scale=PRIOR[1],
        table=table(results),
        reading=reading(results),
    )
    (options.out / "coverage.md").write_text(text, encoding="utf-8")
    plot(results, options.out / "coverage.svg")


if __name__ == "__main__":
    main()
