"""What a report prints, in words: the numbers behind an effect as its source gives them."""

from evidence.vocabulary import TESTS

SYMBOLS = TESTS | {"correlation": "r", "standardised_difference": "d", "o_minus_e": "O \N{MINUS SIGN} E"}
SPREADS = {"sd": "SD", "se": "SE", "variance": "variance", "unlabelled": "±"}
READ = ["statistic", "direction", "value", "value_text", "unit", "n", "spread", "spread_judged", "spread_low_text", "spread_high_text",
        "p_operator", "p_value_text", "person_time_text"]  # fmt: skip
COMPARED = {"levels": "{base} to {level}", "follow_up": "{level} v. {base}", "counts": "{level} v. {base}"}


def with_spread(row):
    """A number with its spread: 270.6 (SD 68.0)."""
    if row.spread in SPREADS:
        judged = f" read as {row.spread_judged.upper()}" if row.spread == "unlabelled" and row.spread_judged else ""
        return f"{row.value_text} ({SPREADS[row.spread]} {row.spread_low_text}{judged})"
    if row.spread in ("iqr", "range", "ci95"):
        name = {"iqr": "quartiles", "range": "range", "ci95": "95% CI"}[row.spread]
        return f"{row.value_text} ({name} {row.spread_low_text} to {row.spread_high_text})"
    return row.value_text


def p_text(row):
    """The printed p-value with its operator, empty where there is none."""
    return f"; p {row.p_operator} {row.p_value_text}" if row.p_operator else ""


def one(row):
    """One printed number: with its spread, or as events of n or in person-time, or as a relative change."""
    if row.statistic == "events" and row.person_time_text:
        return f"{row.value_text} in {row.person_time_text} {row.unit}".rstrip()
    if row.statistic == "events":
        return f"{row.value_text}/{row.n:g}" if row.n == row.n else row.value_text
    if row.statistic == "percent":
        return f"{row.value_text}%" + (f" of {row.n:g}" if row.n == row.n else "")
    if row.statistic == "percent_change":
        return f"change {'+' if row.value > 0 else ''}{with_spread(row)}%"
    if row.statistic == "fold_change":
        return f"{with_spread(row)}-fold"
    return with_spread(row)


def sentence(pairing, rows):
    """Printed numbers of one effect.

    Parameters
    ----------
    pairing : str
        How the rows are paired.
    rows : list of measurement rows
        In the order of the effect's lines.
    """
    first = rows[0]
    if rows[-1].statistic in TESTS and len(rows) > 1:
        return f"{sentence(pairing, rows[:-1])}; {sentence('test', rows[-1:])}"
    counted = first.statistic in ("events", "percent", "percent_change", "fold_change")
    unit = f" {first.unit}" if first.unit and not counted else ""
    level, base = one(first), one(rows[-1])
    if first.unit != rows[-1].unit and not counted:
        level, base, unit = f"{level} {first.unit}", f"{base} {rows[-1].unit}", ""
    if pairing in COMPARED and len(rows) == 2:
        text = COMPARED[pairing].format(level=level, base=base)
    elif pairing == "changes":
        text = f"change {level} v. {one(rows[len(rows) // 2])}"
    elif pairing == "difference_of_changes":
        text = f"{one(rows[1])} to {level} v. {one(rows[3])} to {one(rows[2])}"
    elif pairing == "change":
        text = f"change {level}"
    else:
        text = level
    symbol = SYMBOLS.get(first.statistic, "")
    named = f"{symbol} = " if symbol else "estimate " if first.statistic == "estimate" else ""
    if pairing == "converted":
        return f"{sentence('estimate', rows)}, converted"
    direction = f", {first.direction}" if first.direction else ""
    return f"{named}{text}{unit}{direction}{p_text(first)}"


def printed(frame, measurements):
    """What is printed for each effect, from its `pairing` and `lines`."""
    rows = measurements[["line", *READ]].astype(object).itertuples(index=False)  # cells of text columns one by one are slow
    by_line = {row.line: row for row in rows}
    return [
        sentence(pairing, [by_line[int(line)] for line in lines.split(";")])
        for pairing, lines in zip(frame["pairing"].tolist(), frame["lines"].tolist(), strict=True)
    ]
