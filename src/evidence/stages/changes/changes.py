"""Stage changes: what differs from the last release, row by row."""

import pandas as pd

from evidence.document.blocks import NOT_PRINTED, effect_words, missing, plural
from evidence.stages.changes.releases import NUMBER
from evidence.store.rows import named_rows
from evidence.words.names import label

ENDS = ("estimate", "ci_low", "ci_high", "k")
COLUMNS = ["kind", "id", "study_id", "outcome", "contrast", "stratum", "before", "after",
           *(f"{name}_before" for name in ENDS), *(f"{name}_after" for name in ENDS), "since"]  # fmt: skip
FLAG = ["table", "study_id", "group_id", "outcome", "timepoint", "column", "what"]
SPREADS = {"sd": "SD", "se": "SE", "iqr": "quartiles", "range": "range", "ci95": "95% CI", "unlabelled": "spread not named"}


def keyed(frame, key):
    """Rows by the texts of their key, in lists."""
    found = {}
    for row in named_rows(frame):
        values = (getattr(row, name) for name in key)
        found.setdefault(tuple("" if missing(value) else value for value in values), []).append(row)
    return found


def matched(old, new, key):
    """The rows of two releases by key, sorted: (key, rows before, rows after)."""
    before, after = keyed(old, key), keyed(new, key)
    for one in sorted(before.keys() | after.keys(), key=lambda key: tuple(map(str, key))):
        yield one, before.get(one, []), after.get(one, [])


def happened(before, after):
    """added, removed or changed."""
    return "changed" if before and after else "added" if after else "removed"


def studies(old, new):
    """Reports that came and went."""
    for (study_id,), before, after in matched(old["studies"], new["studies"], ["study_id"]):
        if bool(before) != bool(after):
            words = [f"{label(row)}. {row.title}" if row.title else label(row) for row in (before or after)]
            yield {"kind": f"study_{happened(before, after)}", "id": study_id, "study_id": study_id,
                   "before" if before else "after": words[0]}  # fmt: skip


def number_words(row):
    """A measurement as it is printed: 412 ng/dL (SD 170), n 30, p < 0.001."""
    ends = " to ".join(text for text in (row.spread_low_text, row.spread_high_text) if text)
    spread = f" ({SPREADS[row.spread]} {ends})" if ends else ""
    n = "" if missing(row.n) else f", n {row.n:.0f}"
    p = f", p {row.p_operator} {row.p_value_text}" if row.p_value_text else ""
    return f"{row.value_text} {row.unit}".strip() + spread + n + p


def numbers(old, new):
    """Numbers that came, went or are typed otherwise, in reports that are in both releases."""
    stayed = set(old["studies"]["study_id"]) & set(new["studies"]["study_id"])
    for key, before, after in matched(old["measurements"], new["measurements"], NUMBER):
        was, now = sorted(map(number_words, before)), sorted(map(number_words, after))
        if key[0] in stayed and was != now:
            gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
            study_id, group_id, outcome, timepoint, *_ = key
            yield {"kind": f"number_{happened(was, now)}", "id": f"{study_id}.{group_id}.{outcome}.{timepoint}",
                   "study_id": study_id, "outcome": outcome, "before": "; ".join(gone), "after": "; ".join(come)}  # fmt: skip


def pool_words(row):
    """What the report prints of a pool."""
    people = f"people {NOT_PRINTED}" if missing(row.n) else plural(row.n, "person", "people")
    return f"{effect_words(row)}, {plural(row.k, 'cohort')}, {people}"


def ends(row, when):
    """The figures of a pool under the names of one release."""
    return {f"{name}_{when}": getattr(row, name) for name in ENDS}


def estimates(old, new):
    """Headline pools that came, went or are printed otherwise."""
    for (pool,), before, after in matched(old["pools"], new["pools"], ["id"]):
        was, now = "".join(map(pool_words, before)), "".join(map(pool_words, after))
        if was != now:
            about = (after or before)[0]
            figures = {name: value for row in before for name, value in ends(row, "before").items()}
            figures |= {name: value for row in after for name, value in ends(row, "after").items()}
            kind = happened(before, after).replace("changed", "moved")
            yield {"kind": f"estimate_{kind}", "id": pool, "outcome": about.outcome, "contrast": about.contrast,
                   "stratum": about.stratum, "before": was, "after": now} | figures  # fmt: skip


def verdicts(old, new):
    """Claims that are judged otherwise."""
    for (claim,), before, after in matched(old["verdicts"], new["verdicts"], ["claim_id"]):
        was, now = ("".join(row.verdict for row in rows) for rows in (before, after))
        if was != now:
            yield {"kind": f"verdict_{happened(before, after)}", "id": claim, "before": was, "after": now}


def certainty(old, new):
    """Headline pools in both releases of which one is more or less sure."""
    about = {row.id: row for row in named_rows(new["pools"])}
    for (pool,), before, after in matched(old["certainty"], new["certainty"], ["pool"]):
        if before and after and before[0].certainty != after[0].certainty and pool in about:
            row = about[pool]
            yield {"kind": "certainty_changed", "id": pool, "outcome": row.outcome, "contrast": row.contrast,
                   "stratum": row.stratum, "before": before[0].certainty, "after": after[0].certainty}  # fmt: skip


def flags(old, new):
    """Doubts that take a row out of the headline, raised and lifted."""
    for key, before, after in matched(old["flags"], new["flags"], FLAG):
        if len(before) != len(after):
            row, more = (after or before)[0], len(after) > len(before)
            yield {"kind": "flag_raised" if more else "flag_lifted", "id": ".".join(filter(None, key[:-1])), "study_id": row.study_id,
                   "outcome": row.outcome, "after" if more else "before": row.what}  # fmt: skip


PARTS = (studies, numbers, estimates, verdicts, certainty, flags)


def changes(old, new, day=""):
    """Everything that differs between two releases.

    Parameters
    ----------
    old, new : dict of DataFrame
        The tables of `evidence.stages.changes.releases.COLUMNS` by name, as `kept` leaves them.
    day : str
        Of the older one.

    Returns
    -------
    DataFrame
        One row per change: studies, numbers, estimates, verdicts, certainty, flags, each in the order of its ids.
    """
    rows = [row for part in PARTS for row in part(old, new)]
    texts = dict.fromkeys(COLUMNS[: COLUMNS.index("estimate_before")], "")
    return pd.DataFrame([texts | row for row in rows], columns=COLUMNS).assign(since=day)


def compared(kept, new, date):
    """The release that a report is compared with, and what has changed since.

    Parameters
    ----------
    kept : iterable of (str, dict of DataFrame)
        Days and tables of `evidence.stages.changes.releases.days`, in turn.
    new : dict of DataFrame
        The tables now.
    date : str
        Of the report.

    Returns
    -------
    str, DataFrame
        Day of the release: an older one, or that of this very date if something differs from it; "" where there is neither.
    """
    for day, old in kept:
        frame = changes(old, new, day)
        if len(frame) or day < date:
            return day, frame
    return "", changes(new, new)
