"""Draw the pictures of the gallery into this folder: python docs/gallery/draw.py"""

from pathlib import Path

import evidence as ev
from evidence.config import load
from evidence.stages.figures.bias import bias_plots
from evidence.stages.figures.canvas import save_png
from evidence.stages.figures.directions import direction_plots
from evidence.stages.figures.forest.blocks import from_fit
from evidence.stages.figures.forest.forest import Block, Pooled, Unweighted, forest
from evidence.stages.figures.funnel import baujat, bubble, funnel
from evidence.stages.figures.sensitivity import sensitivity_plots
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.bias_weights import bias_weights
from evidence.stages.verdicts.missing import reported
from evidence.stages.verdicts.sensitivity import sensitivity

ROOT = Path(__file__).parents[2]

# BCG vaccine against tuberculosis [colditz1994]: cases and others, vaccinated and not; latitude
TRIALS = [
    ("Aronson 1948", 4, 119, 11, 128, 44, "random"),
    ("Ferguson & Simes 1949", 6, 300, 29, 274, 55, "random"),
    ("Rosenthal et al. 1960", 3, 228, 11, 209, 42, "random"),
    ("Hart & Sutherland 1977", 62, 13536, 248, 12619, 52, "random"),
    ("Frimodt-Møller et al. 1973", 33, 5036, 47, 5761, 13, "alternate"),
    ("Stein & Aronson 1953", 180, 1361, 372, 1079, 44, "alternate"),
    ("Vandiviere et al. 1973", 8, 2537, 10, 619, 19, "random"),
    ("TPT Madras 1980", 505, 87886, 499, 87892, 13, "random"),
    ("Coetzee & Berjak 1968", 29, 7470, 45, 7232, 27, "random"),
    ("Rosenthal et al. 1961", 17, 1699, 65, 1600, 42, "systematic"),
    ("Comstock et al. 1974", 186, 50448, 141, 27197, 18, "systematic"),
    ("Comstock & Webster 1969", 5, 2493, 3, 2338, 33, "systematic"),
    ("Comstock et al. 1976", 27, 16886, 29, 17825, 33, "systematic"),
]
LABELS, AI, BI, CI, DI, LATITUDE, ALLOCATION = (list(column) for column in zip(*TRIALS, strict=True))


def blocks(yi, vi):
    """One block a kind of allocation, and one of two trials as it would look."""
    drawn = []
    for kind in ("random", "alternate", "systematic"):
        members = [i for i, own in enumerate(ALLOCATION) if own == kind]
        fit = ev.rma(yi[members], vi[members], test="adhoc")
        block = from_fit(fit, [LABELS[i] for i in members])
        drawn.append(Block(f"Allocation: {kind}", block.rows, block.pooled))
    trial = Unweighted("A trial without numbers", reason="reported as “no difference”", printed="p > 0.05")
    lone = Block("Not known", (), Pooled("No trial can be pooled", kind="single"), (trial,))
    return [*drawn, lone]


def of_the_review():
    """Pictures of the appraisal by name, from the review that ships here."""
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    outcomes = list(tables.outcomes.loc[tables.outcomes["headline"] == "yes", "outcome"])
    weights = bias_weights(pools, members, effects, tables)
    drawn = [
        *sensitivity_plots(sensitivity(pools, members, config), outcomes, tables, config),
        *direction_plots(reported(tables, effects, config), outcomes, tables),
        *bias_plots(weights, members, effects, outcomes, tables),
    ]
    figures = {file: draw for file, draw, _ in drawn}
    return {
        "sensitivity": figures["sensitivity-testosterone-before_after.svg"](),
        "directions": figures["directions-versus_control-1.svg"](),
        "traffic-light": figures["bias-rob2.svg"](),
        "bias-weights": figures["bias-weights.svg"](),
    }


def main():
    """Draw all pictures."""
    folder = Path(__file__).parent
    effect = ev.escalc("RR", ai=AI, bi=BI, ci=CI, di=DI)
    yi, vi = effect.yi, effect.vi
    fit = ev.rma(yi, vi)
    words = {"scale": "factor", "xlabel": "Risk ratio for tuberculosis"}
    pictures = {
        "forest": forest(blocks(yi, vi), favours=("Favours vaccine", "Favours none"), **words),
        "funnel": funnel(fit, filled=ev.trim_fill(fit, side="right"), **words),
        "bubble": bubble(ev.rma(yi, vi, LATITUDE), scale="factor", xlabel="Degrees from the equator", ylabel="Risk ratio"),
        "baujat": baujat(fit, labels=LABELS),
        **of_the_review(),
    }
    for name, figure in pictures.items():
        save_png(figure, folder / f"{name}.png", dpi=130)


if __name__ == "__main__":
    main()
