"""Effect sizes and their sampling variances from summary figures, in metafor's words."""

import inspect
from dataclasses import dataclass

import numpy as np

from evidence.engine.measures import correlations, means, one_rate, paired, proportions, rates, single, tables
from evidence.engine.numerics.arguments import choice, same_length

MODULES = (means, paired, tables, proportions, correlations, rates, one_rate, single)
MEASURES = {code: function for module in MODULES for code, function in module.MEASURES.items()}
ARGUMENTS = {code: module.ARGUMENTS for module in MODULES for code in module.MEASURES}
TOTALS = {"bi": ("ai", "n1i"), "di": ("ci", "n2i"), "mi": ("xi", "ni")}


@dataclass(frozen=True, eq=False)
class Effect:
    """Effects of k studies with their sampling variances.

    Attributes
    ----------
    yi, vi : ndarray, shape (k,)
        Effects and variances on the scale of analysis (logarithms for ratios).
    measure : str
        Code of the measure.
    """

    yi: np.ndarray
    vi: np.ndarray
    measure: str

    @property
    def sei(self):
        """Standard errors, shape (k,)."""
        return np.sqrt(self.vi)


def escalc(measure, *, add=None, to="only0", drop00=False, vtype="LS", correct=True, **numbers):
    """Effect size and sampling variance of each study.

    Parameters
    ----------
    measure : str
        What to compute. Its function, `MEASURES[measure]`, states formula and paper.

        - two means, from m1i sd1i n1i m2i sd2i n2i: "MD" difference, "SMD" "SMDH" "SMD1"
          standardised differences, "ROM" log ratio; "CVR" "VR" log ratios of spread
        - the same people twice, from m1i sd1i m2i sd2i ni ri: "MC" change, "SMCC" "SMCR"
          "SMCRH" "SMCRP" standardised changes, "ROMC" log ratio
        - 2x2 tables, from ai bi ci di (or n1i for bi, n2i for di): "OR" "RR" log ratios, "RD"
          "AS" differences, "PETO", "OR2DN" "OR2DL" standardised differences
        - one proportion, from xi and ni (or mi): "PR", "PLN" log, "PLO" log odds, "PAS" "PFT" arcsine
        - one correlation, from ri ni: "COR", "ZCOR" Fisher's z
        - two rates, from x1i t1i x2i t2i: "IRR" log ratio, "IRD" difference
        - one rate, from xi ti: "IRLN" log
        - one mean, from mi sdi ni: "MN", "MNLN" log
    add : float, optional
        Constant for zero counts; None is the measure's own: 1/2, or 0 for AS, PAS and PFT.
    to : {"only0", "all", "if0all", "none"}
        Where the constant goes: studies with a zero; every study; every study if one has a
        zero; nowhere.
    drop00 : bool
        Give NaN to studies without events (or with nothing else) in both groups.
    vtype : {"LS", "UB"}
        Large-sample or, for SMD, unbiased variance.
    correct : bool
        Correct the small-sample bias of SMD, SMDH, SMD1, SMCC, SMCR, SMCRH, SMCRP, ROM, ROMC,
        CVR and VR, as metafor 5 does; with False a log ratio is that of the printed means.
    **numbers : array_like, shape (k,), or scalar
        The figures named above. A scalar holds for every study. What the measure has no use
        for is not looked at if another measure of the same line uses it.

    Returns
    -------
    Effect
        With arrays `yi`, `vi`, `sei` of shape (k,). A variance can be zero (ri = 1 with equal
        spreads; no event and to="none"); `rma` refuses it by name.

    Raises
    ------
    ValueError
        Unknown measure, missing or unknown argument, lengths that differ, and figures that
        cannot be, by name and first index: NaN, a standard deviation not above zero, too few
        people, more events than people, a correlation beyond 1.

    References
    ----------
    Viechtbauer 2010 for names, zero rules and defaults [viechtbauer2010].
    """
    function = MEASURES[_code(measure)]
    choice("correct", correct, (True, False))
    choice("drop00", drop00, (True, False))
    if "vtype" not in inspect.signature(function).parameters:
        choice(f"vtype of {measure}", vtype, ("LS",))
    given = {name: values for name, values in numbers.items() if values is not None}
    figures = _figures(measure, given)
    chosen = {"add": add, "to": to, "drop00": drop00, "vtype": vtype, "correct": correct}
    options = {
        name: chosen[name]
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty and chosen[name] is not None
    }
    yi, vi = function(**figures, **options)
    return Effect(yi, vi, measure)


def needs(measure):
    """Names of the figures that a measure is computed from."""
    parameters = inspect.signature(MEASURES[measure]).parameters.values()
    return [parameter.name for parameter in parameters if parameter.default is parameter.empty]


def _code(measure):
    """`measure` if it is known, else ValueError with the nearest code."""
    if isinstance(measure, str) and measure in MEASURES:
        return measure
    hint = _did_you_mean(str(measure).upper(), MEASURES)
    raise ValueError(f"measure must be one of {', '.join(MEASURES)}, got {measure!r}{hint}")


def _did_you_mean(word, known):
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _figures(measure, given):
    """Valid arrays of one length for every figure that the measure needs."""
    needed, checks = needs(measure), ARGUMENTS[measure]
    totals = {name: TOTALS[name] for name in needed if name in TOTALS and TOTALS[name][0] in checks}
    wording = ", ".join(f"{name} (or {totals[name][1]})" if name in totals else name for name in needed)
    stated = f"{measure} needs {wording}; given: {', '.join(given) or 'nothing'}"
    for name in given:
        if name not in checks:
            raise ValueError(f"{measure} has no argument {name!r}{_did_you_mean(name, checks)}. {stated}")
    used = [*needed, *(total for _, total in totals.values())]
    arrays = _one_length({name: (values, checks[name]) for name, values in given.items() if name in used})
    for rest, (part, total) in totals.items():
        if part in arrays and total in arrays:
            arrays[rest] = _rest(arrays, rest, part, total)
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise ValueError(f"{stated}; missing: {', '.join(missing)}")
    return {name: arrays[name] for name in needed}


def _one_length(given):
    """Check each figure and stretch scalars to the number of studies."""
    arrays = {name: check(name, values) for name, (values, check) in given.items()}
    full = {name: array for name, array in arrays.items() if np.ndim(given[name][0])}
    same_length(**full)
    k = len(next(iter(full.values()))) if full else 1
    if k == 0:
        raise ValueError(f"{next(iter(full))} must hold at least one study, got none")
    return {name: array if name in full else np.repeat(array, k) for name, array in arrays.items()}


def _rest(arrays, rest, part, total):
    """People without the event: total less part, checked against what was given."""
    over = arrays[part] > arrays[total]
    if over.any():
        index = int(np.argmax(over))
        raise ValueError(f"{part}[{index}] must not exceed {total}[{index}] = {arrays[total][index]}, got {arrays[part][index]}")
    difference = arrays[total] - arrays[part]
    unlike = ~np.isclose(arrays.get(rest, difference), difference)
    if unlike.any():
        index = int(np.argmax(unlike))
        raise ValueError(f"{rest}[{index}] must be {total} less {part} = {difference[index]}, got {arrays[rest][index]}")
    return difference
