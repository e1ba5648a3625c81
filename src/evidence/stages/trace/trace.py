"""From a printed figure back to the paper: evidence trace ID."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from evidence.config import load
from evidence.problems import EvidenceError, Problem
from evidence.stages.effects.effects import recovering_from
from evidence.stages.effects.levels import joined
from evidence.stages.pools import two_by_two
from evidence.stages.pools.analyses import analyses
from evidence.stages.tables.sheet import read_sheet
from evidence.stages.trace import effects as trace_effects
from evidence.stages.trace import pools as trace_pools
from evidence.stages.trace import tables as trace_tables
from evidence.stages.trace.arithmetic import Work, six
from evidence.stages.trace.claims import claim_trace
from evidence.stages.trace.ids import AGAIN, MEASUREMENTS, found
from evidence.stages.trace.text import citation, number_text
from evidence.store.files import read_csv, read_tables
from evidence.store.rows import named_rows
from evidence.store.schema import load as schema
from evidence.vocabulary import ACTIVE, CONTROLLED
from evidence.words.as_printed import one

MOST = 12


class Made:
    """The made tables of an analysis folder, and the lookups that a trace needs.

    Parameters
    ----------
    folder : path
    tables : Tables, optional
    **frames : DataFrame
        Of effects, pools and members what has been read already.
    """

    def __init__(self, folder, tables=None, **frames):
        self.folder = Path(folder)
        processed = self.folder / "data/processed"
        missing = [name for name in ("effects", "pools", "members", "measurements") if not (processed / f"{name}.csv").is_file()]
        if missing:
            remedy = "Build first: snakemake --cores 4 (or evidence tables, effects and pools, one after the other)."
            raise EvidenceError([Problem(f"data/processed/{missing[0]}.csv", 0, "", "nothing has been built yet", remedy)])
        self.config = load(folder)
        self.tables = read_tables(folder) if tables is None else tables
        self.frames = frames | {
            name: read_csv(processed / f"{name}.csv", name) for name in ("effects", "pools", "members") if name not in frames
        }
        self.members = self.frames["members"]
        self.effects = {row.id: row for row in named_rows(self.frames["effects"])}
        self.rows = {row.line: row for row in named_rows(joined(self.tables))}
        self.studies = {row.study_id: row for row in named_rows(self.tables.studies)}
        self.claims = {row.claim_id: row for row in named_rows(self.tables.claims)}
        self.outcomes = {row.outcome: row for row in named_rows(self.tables.outcomes)}
        flags = self.tables.flags
        doubts = flags[(flags["table"] == "measurements") & (flags["blocks"] == "yes")]
        self.flags = doubts.groupby("line")["what"].agg(list).to_dict()

    @cached_property
    def pools(self):
        """Pools by their ids."""
        return {row.id: row for row in named_rows(self.frames["pools"])}

    @cached_property
    def raw(self):
        """Rows of measurements.csv as they stand now, by line."""
        return {row["line"]: row for row in read_sheet(self.folder / MEASUREMENTS, schema("measurements")).rows}

    @cached_property
    def recovering(self):
        """By outcome, the contrasts whose implied correlation serves the others."""
        served = {effect.outcome for effect in self.effects.values() if effect.r_source.startswith("recovered")}
        rows = self.tables.measurements
        return recovering_from(replace(self.tables, measurements=rows[rows["outcome"].isin(served)]), self.config)

    @property
    def ids(self):
        """Ids of all pools and effects."""
        return [*self.pools, *self.effects]


def fresh(made, lines):
    """Raise EvidenceError where a raw row is no longer what the made tables came from."""
    names = ("study_id", "group_id", "outcome", "timepoint", "value_text", "spread_low_text", "n_text", "p_value_text")
    changed = [
        line
        for line in lines
        if line not in made.raw or any(str(made.raw[line][name]) != str(getattr(made.rows[line], name)) for name in names)
    ]
    if changed:
        what = "the row has changed since the tables were built"
        raise EvidenceError([Problem(MEASUREMENTS, line, "", what, AGAIN) for line in changed])


def raw_row(made, line):
    """A printed number with its place, its source and the doubts about it."""
    row = made.rows[line]
    week = f", week {row.weeks:g}" if row.weeks == row.weeks else ""
    unit = f" {row.unit}" if row.unit and row.statistic not in ("percent", "percent_change", "fold_change") else ""
    people = f", n {row.n:g}" if row.n == row.n and row.statistic != "events" else ""
    p = f", p {row.p_operator} {row.p_value_text} ({row.p_for.replace('_', ' ') or 'of what is not said'})" if row.p_operator else ""
    return {
        "place": f"{MEASUREMENTS}:{line}", "group": row.label, "what": f"{row.timepoint}{week}, {row.statistic.replace('_', ' ')}",
        "number": f"{one(row)}{unit}{people}{p}", "locator": row.source_locator, "source": row.source_kind.replace("_", " "),
        "url": row.source_url, "flags": made.flags.get(line, []),
    }  # fmt: skip


def correlation(made, effect):
    """Steps to the correlation that an effect was weighted with, and words on where it comes from."""
    work = Work()
    if not trace_effects.needs_r(effect):
        return work, ""
    if not effect.r_source.startswith("recovered"):
        work.given(r=effect.r)
        return work, f"r = {effect.r:g} between the two measurements: config/config.yaml, effects, correlation"
    sources = named_rows(made.recovering[effect.outcome])
    for i, source in enumerate(sources, 1):
        work.carried(**{f"r{i}": source.r_implied})
        work.given(**{f"w{i}": max(source.n - 3, 1) if source.n == source.n else 1})
    if len(sources) == 1:
        work.step("r", "", "r1")
    else:
        numbers = range(1, len(sources) + 1)
        weighted = " + ".join(f"w{i} * atanh(r{i})" for i in numbers)
        whole = " + ".join(f"w{i}" for i in numbers)
        work.step("r", "correlation from several studies: mean of Fisher's z, weights n - 3", f"tanh(({weighted}) / ({whole}))")
    each = "; ".join(f"{source.study_id} {source.group_id} (r {six(source.r_implied)})" for source in sources)
    return work, f"r between the two measurements, from an exact paired p-value and two spreads of the same outcome: {each}"


def effect_trace(made, effect):
    """Everything between the printed numbers and one effect.

    Raises
    ------
    EvidenceError
        If the arithmetic does not give the numbers of effects.csv: the made tables are of other data.
    """
    lines = [int(line) for line in effect.lines.split(";")]
    fresh(made, lines)
    work, r_words = correlation(made, effect)
    trace_effects.spelled_out(work, effect, [made.rows[line] for line in lines], made.config.level)
    for name in ("yi", "vi", "effect"):
        if name in work and not np.isclose(work[name], getattr(effect, name), rtol=1e-9, atol=1e-12):
            what = f"{name} of {effect.id} is {getattr(effect, name):.9g} there and {work[name]:.9g} by the raw rows"
            raise EvidenceError([Problem("data/processed/effects.csv", 0, "", what, AGAIN)])
    numbers = {name: getattr(effect, name) for name in ("yi", "vi", "sei", "effect", "effect_low", "effect_high")}
    study = made.studies[effect.study_id]
    return {
        "kind": "effect", "id": effect.id, "label": f"{effect.study_label}, {effect.group_label}",
        "outcome": made.outcomes[effect.outcome].label, "contrast": effect.contrast, "unit": effect.effect_unit,
        "route": effect.route, "headline": effect.headline, "reason": effect.reason, "printed": effect.printed,
        "numbers": {name: None if value != value else value for name, value in numbers.items()},
        "study": {"citation": citation(study), "record": study.record_url, "eligibility": effect.eligibility},
        "rows": [raw_row(made, line) for line in lines], "correlation": r_words, "steps": work.steps,
    }  # fmt: skip


def cohort_trace(made, member, there):
    """A cohort of a pool: its weight, and the steps from its effects to its average where there are several."""
    ids = member.effect_ids.split(";")
    scaled = {one: trace_pools.rescaled(made.effects[one], there[one]) for one in ids}
    steps = [step for work in scaled.values() for step in work.steps]
    if len(ids) > 1:
        first = made.effects[ids[0]]
        separate = first.design == "rct_parallel" and first.contrast not in (CONTROLLED, ACTIVE)
        pairs = [(there[one].yi, there[one].vi) for one in ids]
        work = trace_pools.averaged(pairs, separate, made.config.arm_correlation)
        steps += work.steps
    else:
        work = scaled[ids[0]]
    agree = np.allclose([work["yi"], work["vi"]], [member.yi, member.vi], rtol=1e-8, atol=1e-12)
    return {
        "label": member.study_label, "cohort": member.cohort_id, "yi": member.yi, "vi": member.vi,
        "weight": member.weight, "n": number_text(member.n), "effects": ids, "steps": steps,
    }, agree  # fmt: skip


def table_trace(made, member):
    """A cohort of a pool of 2x2 tables: its table, and the steps to it where it has several arms."""
    work = trace_tables.table([made.effects[one] for one in member.effect_ids.split(";")])
    agree = np.allclose([work[name] for name in two_by_two.CELLS], [getattr(member, name) for name in two_by_two.CELLS], rtol=1e-9)
    return {
        "label": member.study_label, "cohort": member.cohort_id, "yi": member.yi, "vi": member.vi, "weight": member.weight,
        "n": number_text(member.n), "table": [getattr(member, name) for name in two_by_two.CELLS],
        "effects": member.effect_ids.split(";"), "steps": work.steps,
    }, agree  # fmt: skip


def pool_trace(made, pool):
    """Everything between the effects and one pool, and those effects.

    Raises
    ------
    EvidenceError
        If the arithmetic does not give the numbers of pools.csv.
    """
    members = made.members[made.members["pool"] == pool.id]
    weighted = named_rows(members[members["left_out"] == ""])
    left = named_rows(members[members["left_out"] != ""])
    used = analyses(made.config)[pool.analysis].select(made.frames["effects"], made.config)
    there = {row.id: row for row in named_rows(used)}
    if pool.method in two_by_two.METHODS:
        cohorts = [table_trace(made, member) for member in weighted]
        work = trace_tables.spelled_out(pool, weighted, made.config.level)
    else:
        cohorts = [cohort_trace(made, member, there) for member in weighted]
        work = trace_pools.spelled_out(pool, weighted, made.config.level)
    differing = trace_pools.differing(work, pool) + [cohort["label"] for cohort, agree in cohorts if not agree]
    if differing:
        what = f"{', '.join(differing)} of {pool.id} are not what the effects give"
        raise EvidenceError([Problem("data/processed/pools.csv", 0, "", what, AGAIN)])
    ids = [one for member in weighted for one in member.effect_ids.split(";")]
    numbers = {name: getattr(pool, name) for name in ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2", "Q",
                                                      "effect", "effect_low", "effect_high")}  # fmt: skip
    return {
        "kind": "pool", "id": pool.id, "outcome": made.outcomes[pool.outcome].label, "contrast": pool.contrast,
        "stratum": pool.stratum, "analysis": pool.analysis, "method": pool.method, "test": pool.test, "unit": pool.effect_unit,
        "k": int(pool.k), "note": pool.note, "numbers": {name: None if value != value else value for name, value in numbers.items()},
        "cohorts": [cohort for cohort, _ in cohorts],
        "left_out": [{"label": one.study_label, "effects": one.effect_ids.split(";"), "reason": one.left_out} for one in left],
        "steps": work.steps, "effects": [effect_trace(made, made.effects[one]) for one in ids],
    }  # fmt: skip


def trace(name, folder="."):
    """The way from a printed figure back to the raw rows and their sources.

    Parameters
    ----------
    name : str
        Id of an effect, a pool or a claim, the beginning of several, a raw row as measurements.csv:57, or the file of a
        figure that shows pools.
    folder : str or path
        The analysis folder, built.

    Returns
    -------
    list of dict
        A trace of each effect, pool or claim; where more than MOST are meant only `kind` "name" and `id`.

    Raises
    ------
    EvidenceError
        If nothing has been built, the name is unknown, or the made tables are older than the data.
    """
    made = Made(folder)
    if claim := claim_trace(made, name.strip()):
        return [claim]
    ids = found(made, name)
    if len(ids) > MOST:
        return [{"kind": "name", "id": one} for one in ids]
    return [pool_trace(made, made.pools[one]) if one in made.pools else effect_trace(made, made.effects[one]) for one in ids]
