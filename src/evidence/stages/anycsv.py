"""The engine on any CSV: ``evidence pool FILE.csv``."""

import csv
import difflib
import json
import math

import numpy as np

from evidence.models.subgroups import subgroups
from evidence.models.uni import rma
from evidence.problems import EvidenceError, Problem

SHOWN = ("estimate", "se", "ci_low", "ci_high", "stat", "p", "df", "pi_low", "pi_high", "tau2", "se_tau2", "I2", "H2", "Q", "Q_df", "Q_p", "k", "loglik")


def rows_of(path):
    """Header and rows of a CSV as (line, dict), or EvidenceError."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as handle:
            text = handle.read()
    except OSError as error:
        raise EvidenceError([Problem(str(path), 0, "", f"cannot be read ({error.strerror})", "Check the name of the file.")]) from None
    except UnicodeDecodeError:
        raise EvidenceError([Problem(str(path), 0, "", "is not UTF-8 text", "Save it as CSV UTF-8.")]) from None
    first = text.split("\n", 1)[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [name.strip() for name in next(reader, [])]
    rows, line = [], 2
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append((line, dict(zip(header, cells, strict=False))))
        line = reader.line_num + 1
    if not rows:
        raise EvidenceError([Problem(str(path), 0, "", "holds no rows", "Give one row per study below the header.")])
    return header, rows


def column(path, header, name):
    """Problems if a column is not in the header."""
    if name in header:
        return []
    near = difflib.get_close_matches(name, header, 1)
    hint = f'Did you mean "{near[0]}"?' if near else f"The columns are: {', '.join(header)}."
    return [Problem(str(path), 1, name, "no such column", hint)]


def numbers(path, rows, name, above_zero=False):
    """Values of a number column and the problems with them."""
    values, problems = [], []
    for line, row in rows:
        text = (row.get(name) or "").strip()
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (above_zero and value <= 0):
            wanted = "a number above zero" if above_zero else "a number"
            problems.append(Problem(str(path), line, name, f'"{text}" is not {wanted}', "Correct it, or take the row out."))
        values.append(value)
    return np.array(values), problems


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
        "fit", "labels", and with `by` also "groups" and "between".
    """
    header, rows = rows_of(path)
    spread = sei or vi
    problems = [problem for name in (yi, spread, by, label) if name for problem in column(path, header, name)]
    if problems:
        raise EvidenceError(problems)
    y, wrong = numbers(path, rows, yi)
    v, wrong_v = numbers(path, rows, spread, above_zero=True)
    if wrong or wrong_v:
        raise EvidenceError([*wrong, *wrong_v])
    v = v**2 if sei else v
    labels = [row[label].strip() if label else f"Study {number}" for number, (_, row) in enumerate(rows, 1)]
    out = {"labels": labels, "fit": rma(y, v, method=method, test=test, level=level)}
    if by:
        groups = [(row.get(by) or "").strip() for _, row in rows]
        out["groups"] = subgroups(y, v, groups, method=method, test=test)
    return out


def plain(value):
    """A number for JSON: NaN and absent are null."""
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else float(value) if not isinstance(value, int) else value


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
    return "" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def p_text(p, sign=False):
    if p < 1e-4:
        return "< .0001"
    return f"= {p:.4f}" if sign else f"{p:.4f}"


def line_of(name, fit, width):
    cells = [name.ljust(width), f"{fit.k:3d}", *(number_text(getattr(fit, key)).rjust(9) for key in ("estimate", "se", "ci_low", "ci_high"))]
    return "  ".join([*cells, p_text(fit.p).rjust(7), number_text(fit.tau2).rjust(8), number_text(fit.I2, 1).rjust(6)])


def as_text(pooled):
    """All results as a table for the terminal."""
    fit = pooled["fit"]
    groups = pooled["groups"].fits if "groups" in pooled else {}
    width = max(len("all studies"), *(len(str(name)) for name in groups), 0)
    head = "  ".join(["".ljust(width), "  k", *(name.rjust(9) for name in ("estimate", "se", "ci_low", "ci_high")), "      p", "    tau2", "    I2"])
    lines = [f"Random-effects model, {fit.method}, test {fit.test}" if fit.method != "EE" else "Equal-effects model", "", head]
    lines += [line_of(str(name), group, width) for name, group in groups.items()]
    lines += [line_of("all studies", fit, width), ""]
    lines.append(f"Heterogeneity: Q = {fit.Q:.4f}, df = {fit.Q_df:.0f}, p {p_text(fit.Q_p, True)}; I2 from tau2 and the typical variance")
    if fit.pi_low is not None and fit.k > 2 and not math.isnan(fit.pi_low):
        lines.append(f"Prediction interval: {fit.pi_low:.4f} to {fit.pi_high:.4f}")
    if groups:
        between = pooled["groups"]
        lines.append(f"Between subgroups: Q = {between.Q_between:.4f}, df = {between.df:.0f}, p {p_text(between.p, True)}")
    return "\n".join(lines)
