"""Speed of the engine, beside PyMARE and, where R is there, metafor.

    python benchmarks/engine.py

One core, one run: each line is the best of several repetitions, and the ratios are of times measured in this
run.
"""

import os
import shutil
import subprocess
import sys
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

import evidence as ev  # noqa: E402
from evidence.engine.models.batch import NUMBERS  # noqa: E402
from evidence.engine.models.tau2 import TAU2  # noqa: E402

STUDIES, SETS, SOME, ARRANGEMENTS = 20, 40_000, 2_000, 1_000
EFFECTS, CLUSTERS = 500, 125
TARGETS = {
    "one REML fit, k = 20": "0.3 ms",
    "batch REML, k = 20": "400,000/s",
    "batch REML, tau2 alone": "-",
    "batch regression, p = 2": "100,000/s",
    "1,000 sign flips": "40 ms",
    "1,000 permutations of a moderator": "40 ms",
    "three levels, 500 effects": "10 ms",
    "import": "250 ms",
    "import and the first fit": "-",
}
METAFOR = """
suppressMessages(library(metafor)); set.seed(1); vi <- runif(20, .01, .3); yi <- rnorm(20, 0, sqrt(vi + .1))
t0 <- proc.time()[3]; for (i in 1:200) rma(yi, vi); one <- (proc.time()[3] - t0) / 200
res <- rma(yi, vi); t0 <- proc.time()[3]; permutest(res, iter=1000, progbar=FALSE); cat(one, proc.time()[3] -
t0)
"""


def data(seed=1):
    """Sampling variances over a factor of 30, tau2 = 0.1."""
    rng = np.random.default_rng(seed)
    V = rng.uniform(0.01, 0.3, (STUDIES, SETS))
    return rng.normal(0, np.sqrt(V + 0.1)), V, rng.normal(size=STUDIES)


def best(call, repetitions=5):
    """Shortest time of a call, in seconds."""
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def median_of_single_fits(fit, Y, V, number=100):
    """Median over data sets of the best of three repetitions."""
    sets = [(np.ascontiguousarray(Y[:, j]), np.ascontiguousarray(V[:, j])) for j in range(number)]
    return float(np.median([best(lambda one=one: fit(*one), 3) for one in sets]))


def tau2_alone(Y, V):
    """REML estimates of tau2 in chunks like those of a batch."""
    step = NUMBERS // STUDIES
    for at in range(0, SETS, step):
        TAU2["REML"](Y[:, at : at + step], V[:, at : at + step])


def nested(seed=2):
    """Effects, variances and clusters of three levels."""
    rng = np.random.default_rng(seed)
    cluster, vi = rng.integers(0, CLUSTERS, EFFECTS), rng.uniform(0.01, 0.3, EFFECTS)
    return rng.normal(rng.normal(0, 0.3, CLUSTERS)[cluster], np.sqrt(vi + 0.05)), vi, cluster


def import_time(code):
    """Seconds a fresh process needs beyond an empty one."""

    def run(code):
        return best(lambda: subprocess.run([sys.executable, "-c", code], check=True), 5)

    return run(code) - run("pass")


def ours(Y, V, x):
    """Seconds for each line; for a batch, per fit."""
    pool, slope, levels = ev.rma(Y[:, 0], V[:, 0]), ev.rma(Y[:, 0], V[:, 0], x), nested()
    return {
        "one REML fit, k = 20": median_of_single_fits(ev.rma, Y, V),
        "batch REML, k = 20": best(lambda: ev.rma_batch(Y, V)) / SETS,
        "batch REML, tau2 alone": best(lambda: tau2_alone(Y, V)) / SETS,
        "batch regression, p = 2": best(lambda: ev.rma_batch(Y, V, X=x), 3) / SETS,
        "1,000 sign flips": best(lambda: ev.permutation_test(pool, n=ARRANGEMENTS, seed=1)),
        "1,000 permutations of a moderator": best(lambda: ev.permutation_test(slope, n=ARRANGEMENTS, seed=1)),
        "three levels, 500 effects": best(lambda: ev.multilevel(*levels)),
        "import": import_time("import evidence"),
        "import and the first fit": import_time("import evidence; evidence.rma([1, 2, 4], [1, 2, 1])"),
    }


def pymare(Y, V, x):
    """The same lines by PyMARE's 2-D fits."""
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    def fit(y, v, X=None):
        return VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(Dataset(y=y, v=v, X=X)).summary()

    one, several = (slice(None), slice(0, 1)), (slice(None), slice(0, SOME))
    X = x[:, None]
    pool, slope = fit(Y[one], V[one]), fit(Y[one], V[one], X)
    return {
        "one REML fit, k = 20": best(lambda: fit(Y[one], V[one]), 20),
        "batch REML, k = 20": best(lambda: fit(Y[several], V[several]), 3) / SOME,
        "batch regression, p = 2": best(lambda: fit(Y[several], V[several], X), 3) / SOME,
        "1,000 sign flips": best(lambda: pool.permutation_test(ARRANGEMENTS), 2),
        "1,000 permutations of a moderator": best(lambda: slope.permutation_test(ARRANGEMENTS), 2),
        "import": import_time("import pymare"),
    }


def metafor():
    """One fit and 1,000 sign flips by metafor, nothing without R."""
    if shutil.which("Rscript") is None:
        return {}
    run = subprocess.run(["Rscript", "-e", METAFOR], capture_output=True, text=True)
    if run.returncode:
        return {}
    one, flips = map(float, run.stdout.split()[-2:])
    return {"one REML fit, k = 20": one, "1,000 sign flips": flips}


def shown(line, seconds):
    """A time in milliseconds, or a rate for a batch."""
    return f"{1 / seconds:,.0f}/s" if line.startswith("batch") else f"{1000 * seconds:,.2f} ms"


def main():
    Y, V, x = data()
    here, others = ours(Y, V, x), {"PyMARE": pymare(Y, V, x), "metafor": metafor()}
    print(f"{'':36}{'target':>12}{'evidence':>14}" + "".join(f"{name:>14}{'ratio':>8}" for name in others))
    for line, seconds in here.items():
        cells = "".join(
            f"{shown(line, times[line]):>14}{times[line] / seconds:>8.1f}" if line in times else f"{'-':>14}{'':>8}"
            for times in others.values()
        )
        print(f"{line:36}{TARGETS[line]:>12}{shown(line, seconds):>14}{cells}")


if __name__ == "__main__":
    main()
