"""From a verdict back to what decides it: the claim, its outcomes, and the pools and contrasts to trace next."""

from evidence.problems import EvidenceError, Problem
from evidence.stages.tables.sheet import read_sheet
from evidence.stages.trace.ids import AGAIN
from evidence.store.files import read_csv
from evidence.store.rows import named_rows
from evidence.store.schema import load
from evidence.words.measures import RATIO_OF_RATIOS, interval
from evidence.words.sentences import templates

CLAIMS = "data/raw/claims.csv"
NUMBERS = ("estimate", "ci_low", "ci_high", "p", "k", "n")


def claim_trace(made, name):
    """A claim with its verdict and what decides it, outcome by outcome; None for a name that is no claim.

    Raises
    ------
    EvidenceError
        If the verdicts have not been made, or were made of other claims or of this one as it was typed before.
    """
    if name not in made.claims:
        return None
    processed = made.folder / "data/processed"
    verdicts = [row for row in named_rows(read_csv(processed / "verdicts.csv", "verdicts")) if row.claim_id == name]
    if not verdicts:
        what = f"the claim {name} was not there when the verdicts were made"
        raise EvidenceError([Problem("data/processed/verdicts.csv", 0, "", what, AGAIN)])
    parts = read_csv(processed / "verdict_outcomes.csv", "verdict_outcomes")
    reasons = templates(str(made.folder), "verdicts")["verdict"]["why"]
    verdict = verdicts[0]
    as_typed(made, verdict)
    return {
        "kind": "claim", "id": name, "claim": verdict.claim, "verdict": verdict.verdict, "certainty": verdict.certainty,
        "sentence": verdict.sentence, "cites": [one for one in verdict.cites.split(";") if one],
        "outcomes": [outcome_trace(made, row, reasons) for row in named_rows(parts[parts["claim_id"] == name])],
    }  # fmt: skip


def as_typed(made, verdict):
    """Raise EvidenceError where the claim's raw row is no longer what its verdict was made of."""
    rows = [row for row in read_sheet(made.folder / CLAIMS, load("claims")).rows if row["claim_id"] == verdict.claim_id]
    if not rows:
        raise EvidenceError([Problem(CLAIMS, 0, "", f"the claim {verdict.claim_id} has gone since its verdict was made", AGAIN)])
    both = [name for name in load("claims").fields if name in load("verdicts").fields]
    changed = [name for name in both if rows[0][name] != getattr(verdict, name)]
    if changed:
        what = f"{' and '.join(changed)} changed since the verdict was made"
        raise EvidenceError([Problem(CLAIMS, rows[0]["line"], "", what, AGAIN)])


def outcome_trace(made, row, reasons):
    """One outcome of a claim: the finding, what decides it, and what to trace next."""
    numbers = {name: getattr(row, name) for name in NUMBERS}
    step = row.decided_by if row.decided_as == "pool" else f"{row.outcome}.{row.contrast}"
    return {
        "outcome": made.outcomes[row.outcome].label, "expected": row.expected, "finding": row.finding,
        "why": reasons.get(row.why, row.why), "decided_by": row.decided_by, "decided_as": row.decided_as,
        "effect": readable(row) if row.decided_by else "",
        "numbers": {name: None if value != value else value for name, value in numbers.items()},
        "next": f"evidence trace {step}" if row.decided_by else "",
    }  # fmt: skip


def readable(row):
    """What decides, as the report prints it: an effect, or a ratio of ratios."""
    code = "OR" if row.effect_unit == RATIO_OF_RATIOS else row.measure
    return interval(code, row.estimate, row.ci_low, row.ci_high, row.effect_unit)
