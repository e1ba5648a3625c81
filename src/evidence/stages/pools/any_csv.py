"""The engine on any CSV: ``evidence pool FILE.csv``."""

import difflib
import json
import math

import numpy as np

from evidence.engine.models.subgroups import subgroups
from evidence.engine.models.uni import rma
from evidence.problems import EvidenceError, Problem
from evidence.stages.tables.any_sheet import numbers, read
from evidence.words.scales import significant

SHOWN = (
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "stat",
    "p",
    "df",
    "pi_low",
    "pi_high",
    "tau2",
    "se_tau2",
    "I2",
    "H2",
    "Q",
    "Q_df",
    "Q_p",
    "k",
    "loglik",
)
CHECK = "Check the numbers of the file."


def absent(sheet, name):
    """Problem of a column that is not in the header."""
    near = difflib.get_close_matches(name, sheet.names, 1)
    hint = f'Did you mean "{near[0]}"?' if near else f"The columns are: {', '.join(sheet.names)}."
    return Problem(sheet.file, sheet.line, name, "no such column", hint)


def effects_of(sheet, yi, spread, by):
    """Effects and their spreads as arrays.

    Raises
    ------
    EvidenceError
        With every fault of the file, whatever its kind.
    """
    comma = sheet.decimal_comma(yi, spread)
    (y, wrong), (v, wrong_spread) = numbers(sheet, yi, comma), numbers(sheet, spread, comma, above_zero=True)
    nameless = [line for line, text in sheet.texts(by) if not text] if by else []
    unnamed = [Problem(sheet.file, line, by, "the subgroup has no name", "Name it, or take the row out.") for line in nameless]
    if problems := [*sheet.problems, *wrong, *wrong_spread, *unnamed]:
        raise EvidenceError(problems)
    return np.array(y), np.array(v)


def pool_file(path, yi="yi", vi="vi", sei=None, method="REML", test="knha", by=None, label=None, level=0.95):
    """Pool the effects of a CSV file.

    Parameters
    ----------
    path : path
    yi, vi, sei : str
        Names of the columns with effects and their variances, or their standard errors.
    method, test, level
        As in `rma`.
    by, label : str, optional
        Columns with subgroups and with study labels.

    Returns
    -------
    dict
        "fit", "labels", "notices" (of what was read with a doubt), and with `by` also "groups".

    Raises
    ------
    EvidenceError
        If the file cannot be pooled as it stands.
    """
    spread = sei or vi
    wanted = [name for name in (yi, spread, by, label) if name]
    sheet = read(path, wanted)
    if missing := [absent(sheet, name) for name in wanted if name not in sheet.names]:
        raise EvidenceError([*sheet.problems, *missing])
    y, v = effects_of(sheet, yi, spread, by)
    v = v**2 if sei else v
    labels = [row[label] if label else f"Study {number}" for number, (_, row) in enumerate(sheet.rows, 1)]
    try:
        out = {"labels": labels, "notices": sheet.notices, "fit": rma(y, v, method=method, test=test, level=level)}
        if by:
            out["groups"] = subgroups(y, v, [text for _, text in sheet.texts(by)], method=method, test=test, level=level)
    except ValueError as error:
        raise EvidenceError([Problem(sheet.file, 0, "", str(error), CHECK)]) from None
    return out


def plain(value):
    """A number for JSON: NaN and absent are null."""
    return (
        None if value is None or (isinstance(value, float) and math.isnan(value)) else float(value) if not isinstance(value, int) else value
    )


def results(fit):
    return {name: plain(getattr(fit, name)) for name in SHOWN} | {"method": fit.method, "test": fit.test}


def as_json(pooled):
    """All results as JSON."""
    out = results(pooled["fit"])
    if "groups" in pooled:
        between = pooled["groups"]
        out["by"] = {str(name): results(fit) for name, fit in between.fits.items()}
        out |= {"Q_between": plain(between.Q_between), "Q_between_df": plain(between.df), "Q_between_p": plain(between.p)}
    return json.dumps(out, indent=1)


def number_text(value, digits=4):
    """A number with so many decimals, or two significant digits where it would read as zero; empty where there is none."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:.{digits}f}" if not value or abs(value) >= 0.5 * 10.0**-digits else f"{value:.{significant(abs(value))}f}"


def p_text(p, sign=False):
    if p < 1e-4:
        return "< .0001"
    return f"= {p:.4f}" if sign else f"{p:.4f}"


def line_of(name, fit, width):
    cells = [
        name.ljust(width),
        f"{fit.k:3d}",
        *(number_text(getattr(fit, key)).rjust(9) for key in ("estimate", "se", "ci_low", "ci_high")),
    ]
    return "  ".join([*cells, p_text(fit.p).rjust(7), number_text(fit.tau2).rjust(8), number_text(fit.I2, 1).rjust(6)])


def as_text(pooled):
    """All results as a table for the terminal."""
    fit = pooled["fit"]
    groups = pooled["groups"].fits if "groups" in pooled else {}
    width = max(len("all studies"), *(len(str(name)) for name in groups), 0)
    head = "  ".join(
        ["".ljust(width), "  k", *(name.rjust(9) for name in ("estimate", "se", "ci_low", "ci_high")), "      p", "    tau2", "    I2"]
    )
    lines = [f"Random-effects model, {fit.method}, test {fit.test}" if fit.method != "EE" else "Equal-effects model", "", head]
    lines += [line_of(str(name), group, width) for name, group in groups.items()]
    lines += [line_of("all studies", fit, width), ""]
    origin = "Q" if fit.method == "EE" else "tau2 and the typical variance"
    lines.append(f"Heterogeneity: Q = {fit.Q:.4f}, df = {fit.Q_df:.0f}, p {p_text(fit.Q_p, True)}; I2 from {origin}")
    if fit.pi_low is not None and fit.k > 2 and not math.isnan(fit.pi_low):
        lines.append(f"Prediction interval: {number_text(fit.pi_low)} to {number_text(fit.pi_high)}")
    if groups:
        between = pooled["groups"]
        lines.append(f"Between subgroups: Q = {between.Q_between:.4f}, df = {between.df:.0f}, p {p_text(between.p, True)}")
    return "\n".join(lines)
