"""The evidence base in memory: one DataFrame a table of data/raw."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tables:
    """The evidence base: one DataFrame a table of data/raw, and what was doubted in it.

    Every frame has all columns of its schema (text as str, empty where not stated; numbers as float,
    NaN where not stated), for each number also `<column>_text` as printed, for ids that were typed otherwise `<column>_typed`, and `line`, the physical
    line of the CSV. `flags` has one row a doubt, see `evidence.problems.Flag`.
    """

    folder: str
    studies: "pd.DataFrame"
    groups: "pd.DataFrame"
    measurements: "pd.DataFrame"
    outcomes: "pd.DataFrame"
    units: "pd.DataFrame"
    conditions: "pd.DataFrame"
    claims: "pd.DataFrame"
    claim_outcomes: "pd.DataFrame"
    article_citations: "pd.DataFrame"
    reviews: "pd.DataFrame"
    unreported: "pd.DataFrame"
    risk_of_bias: "pd.DataFrame"
    judgements: "pd.DataFrame"
    moderators: "pd.DataFrame"
    flags: "pd.DataFrame"
