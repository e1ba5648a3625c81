"""The account of the printed numbers: each is in a headline pool, in an effect alone or in no effect, with the reason."""

from collections import Counter
from dataclasses import asdict, dataclass
from textwrap import wrap

import pandas as pd

from evidence.problems import Flag
from evidence.stages.pools.pools import headline_members
from evidence.store.rows import by, named_rows
from evidence.words.sentences import plural

POOL, EFFECT, NONE = "pool", "effect", "none"
COUNTED = ("include", "sensitivity")
WIDTH = 100
TITLES = {EFFECT: "in an effect and in no headline pool", NONE: "in no effect"}
REMEDIES = {
    "baseline without": "Type the follow-up, if the report prints one; in words alone it goes into unreported.csv.",
    "follow-up without a baseline, and": "Name its control in versus, or correct the conditions in groups.csv.",
    "follow-up without": "Type the baseline or the control group, if the report prints one.",
    "control group without": "Type the treated group's number, or correct arm in groups.csv.",
    "control group before": "Correct arm in groups.csv if this is the treated group.",
    "group on another drug": "Type the treated group's number, or give the study another eligibility in studies.csv.",
    "no treated group beside it": "Name it in versus, in the rows of the treated group, or correct the conditions in groups.csv.",
    "an estimate of a level": "Name its timepoint change or difference.",
}
REMEDY = "Correct the statistic or the timepoint in measurements.csv, or the measure in outcomes.csv."


@dataclass(frozen=True)
class Account:
    """How many printed numbers end where.

    Parameters
    ----------
    numbers, in_effects, in_pools : int
        Rows of measurements.csv: all, those in an effect, and those in a headline pool.
    groups : tuple of (str, str, int)
        Standing ("effect": in an effect and in no headline pool; "none": in no effect), reason and number; of each
        standing the largest first.
    notices : tuple of Flag
        Studies and outcomes that give nothing.
    """

    numbers: int
    in_effects: int
    in_pools: int
    groups: tuple
    notices: tuple


def grouped(effect, left_out):
    """Why an effect is in no headline pool, in words that effects share."""
    if effect.reason == "":
        return left_out[effect.id].partition(", by ")[0]
    if effect.reason.startswith("study not in the headline"):
        return f"study marked {effect.eligibility} in studies.csv"
    if effect.reason.startswith("flagged: "):
        return "flagged: a check or the curator doubts the row"
    return effect.reason.removeprefix("not weighted: ")


def of_effects(effects, config):
    """Standing and reason of each line that is in an effect; of several effects the one nearest to a pool counts."""
    pooled, left = headline_members(effects, config)
    pooled, left_out = set(pooled["id"]), dict(zip(left["id"], left["left_out"], strict=True))
    found = {}
    for effect in sorted(named_rows(effects), key=lambda effect: (effect.id not in pooled, effect.vi != effect.vi)):
        place = (POOL, "") if effect.id in pooled else (EFFECT, grouped(effect, left_out))
        for line in effect.lines.split(";"):
            found.setdefault(int(line), place)
    return found


def places(tables, effects, unused, config):
    """Where each printed number ends.

    Parameters
    ----------
    tables : Tables
    effects, unused : DataFrame
        From `evidence.stages.effects.effects.effects_and_unused`.
    config : Config

    Returns
    -------
    DataFrame
        One row per row of measurements.csv: `line`, `study_id`, `outcome`, `standing` ("pool", "effect" or "none")
        and `reason`, empty for those in a headline pool.
    """
    found = {int(line): (NONE, reason) for line, reason in zip(unused["line"], unused["reason"], strict=True)}
    found |= of_effects(effects, config) if len(effects) else {}
    rows = tables.measurements[["line", "study_id", "outcome"]]
    standing, reason = zip(*(found[line] for line in rows["line"]), strict=True) if len(rows) else ((), ())
    return rows.assign(standing=pd.Series(standing, rows.index, dtype=object), reason=pd.Series(reason, rows.index, dtype=object))


def remedy(reason):
    """What to do about numbers that are in no effect for a reason."""
    return next((words for start, words in REMEDIES.items() if reason.startswith(start)), REMEDY)


def notice(table, row, column, name, rows, **about):
    """Notice of a study or an outcome whose numbers, one or more `rows` of `places`, are in no effect."""
    reasons = Counter(one.reason for one in rows).most_common()
    why = "; ".join(f"{reason} ({number})" if len(reasons) > 1 else reason for reason, number in reasons)
    what = f"{name} has {plural(len(rows), 'number')} and no effect: {why}"
    return Flag(f"data/raw/{table}.csv", row.line, column, what, remedy(reasons[0][0]), "account", table, **about)


def notices(tables, where):
    """Notices of the studies that count, and of their outcomes, that give nothing, by file and line.

    A study of whose numbers none is in an effect; an included study that prints no number and states no result; an
    outcome of whose numbers in these studies none is in an effect.
    """
    studies = [study for study in named_rows(tables.studies) if study.eligibility in COUNTED]
    where = where[where["study_id"].isin([study.study_id for study in studies])]
    of_study, of_outcome = (by(named_rows(where), lambda row, name=name: getattr(row, name)) for name in ("study_id", "outcome"))
    stated = set(tables.unreported["study_id"])
    for outcome in named_rows(tables.outcomes):
        rows = of_outcome.get(outcome.outcome, [])
        if rows and all(row.standing == NONE for row in rows):
            yield notice("outcomes", outcome, "outcome", outcome.label, rows, outcome=outcome.outcome)
    for study in studies:
        rows = of_study.get(study.study_id, [])
        if rows and all(row.standing == NONE for row in rows):
            yield notice("studies", study, "study_id", study.study_id, rows, study_id=study.study_id)
        elif not rows and study.eligibility == "include" and study.study_id not in stated:
            what = f"{study.study_id} is included and has no row in measurements.csv or unreported.csv"
            do = "Type what it prints, or give it another eligibility."
            yield Flag("data/raw/studies.csv", study.line, "study_id", what, do, "account", "studies", study_id=study.study_id)


def account(tables, effects, unused, config):
    """How many of the printed numbers end where, and which studies and outcomes give nothing.

    Parameters
    ----------
    tables : Tables
    effects, unused : DataFrame
        From `evidence.stages.effects.effects.effects_and_unused`.
    config : Config

    Returns
    -------
    Account
        Its numbers add up to the rows of measurements.csv: in_pools and all groups.
    """
    where = places(tables, effects, unused, config)
    standing = Counter(where["standing"])
    groups = Counter(zip(where["standing"], where["reason"], strict=True))
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return Account(
        numbers=len(where), in_effects=standing[POOL] + standing[EFFECT], in_pools=standing[POOL],
        groups=tuple((*key, number) for key, number in ordered if key[0] != POOL), notices=tuple(notices(tables, where)),
    )  # fmt: skip


def count(number):
    """1 is, 2 are."""
    return f"{number:,} {'is' if number == 1 else 'are'}"


def total(account):
    """The account in one sentence."""
    first = f"Of {plural(account.numbers, 'number')}, {count(account.in_effects)} in an effect, {account.in_pools:,} in a headline pool"
    return f"{first}; {count(account.numbers - account.in_effects)} in no effect."


def text(account):
    """The account to read, in lines of at most 100 columns."""
    lines = [total(account)]
    for standing, title in TITLES.items():
        rows = [(reason, number) for one, reason, number in account.groups if one == standing]
        if rows:
            lines += ["", f"{count(sum(number for _, number in rows))} {title}:"]
            for reason, number in rows:
                lines += wrap(f"{number:>6,}  {reason}", WIDTH, subsequent_indent=" " * 8)
    if account.notices:
        lines += ["", f"Notices ({len(account.notices)}): studies and outcomes that give no effect", ""]
        lines += [line for one in account.notices for line in wrap(str(one), WIDTH, subsequent_indent="  ", break_on_hyphens=False)]
    return "\n".join(lines)


def as_dict(account):
    """The account for programs."""
    groups = [dict(zip(("standing", "reason", "numbers"), group, strict=True)) for group in account.groups]
    return asdict(account) | {"groups": groups}
