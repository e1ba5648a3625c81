"""What the report is made from, and the lookups that its sections share."""

from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING

from evidence.document.blocks import CONTRASTS, run
from evidence.stages.effects.effects import label
from evidence.stages.pools.account import account
from evidence.stages.pools.strata import stratum_label
from evidence.stages.verdicts.citations import citations
from evidence.stages.verdicts.mentions import contrast_of, contrasts_with_effects, group_conditions, mentions, stated_of
from evidence.store.rows import by
from evidence.store.rows import named_rows as rows
from evidence.vocabulary import ALL, COMPARATOR, HEADLINE

if TYPE_CHECKING:
    import pandas as pd

    from evidence.config import Config
    from evidence.store.evidence import Tables


@dataclass(frozen=True)
class Inputs:
    """Everything that a section may read.

    Parameters
    ----------
    tables : Tables
    config : Config
    effects, pools, members, unused, opinion : DataFrame
        The made tables.
    figures : list of dict
        Of figures.json.
    texts : dict of (str, str)
        File and text of each piece of prose by name.
    versions, digests : dict of str
        Installed versions by package; SHA-256 (first 12 digits) of config and data.
    verdicts, contrasts, certainty, certainty_steps, sensitivity, robustness, missing : DataFrame or None
    published, regression_to_mean, bias_weights, flow, prisma, regressions, subgroups, changes : DataFrame or None
        Tables of the stage verdicts, the meta-regressions, the tests between strata and what has changed, where they were made.
    last_release : str
        Day of the release that `changes` compares with, empty where there is none.
    """

    tables: "Tables"
    config: "Config"
    effects: "pd.DataFrame"
    pools: "pd.DataFrame"
    members: "pd.DataFrame"
    unused: "pd.DataFrame"
    opinion: "pd.DataFrame"
    figures: list
    texts: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    digests: dict = field(default_factory=dict)
    verdicts: "pd.DataFrame | None" = None
    contrasts: "pd.DataFrame | None" = None
    certainty: "pd.DataFrame | None" = None
    certainty_steps: "pd.DataFrame | None" = None
    sensitivity: "pd.DataFrame | None" = None
    robustness: "pd.DataFrame | None" = None
    missing: "pd.DataFrame | None" = None
    published: "pd.DataFrame | None" = None
    regression_to_mean: "pd.DataFrame | None" = None
    bias_weights: "pd.DataFrame | None" = None
    flow: "pd.DataFrame | None" = None
    prisma: "pd.DataFrame | None" = None
    regressions: "pd.DataFrame | None" = None
    subgroups: "pd.DataFrame | None" = None
    changes: "pd.DataFrame | None" = None
    last_release: str = ""

    def rows_of(self, name):
        """Rows of a table of the stage verdicts; none where it was not made."""
        frame = getattr(self, name)
        return [] if frame is None else rows(frame)

    @cached_property
    def asker(self):
        """Who asks: the article where the review follows one, else its claims."""
        return "the article" if len(self.tables.article_citations) else "the claims"

    @cached_property
    def outcomes(self):
        """Rows of outcomes.csv by id, in file order."""
        return {row.outcome: row for row in rows(self.tables.outcomes)}

    @cached_property
    def shown_outcomes(self):
        """Outcomes of the summary of findings by the config, in file order."""
        wanted = self.config.outcomes
        if wanted == "headline":
            return [name for name, row in self.outcomes.items() if row.headline == "yes"]
        return [name for name in self.outcomes if wanted == "all" or name in wanted]

    @cached_property
    def studies(self):
        """Rows of studies.csv by id."""
        return {row.study_id: row for row in rows(self.tables.studies)}

    @cached_property
    def groups(self):
        """Rows of groups.csv by study and group."""
        return {(row.study_id, row.group_id): row for row in rows(self.tables.groups)}

    @cached_property
    def labels(self):
        """Study label by id: first author and year."""
        return {name: label(row) for name, row in self.studies.items()}

    @cached_property
    def references(self):
        """Number of each report in the list of references, which is in the order of the labels."""
        ordered = sorted(self.labels, key=lambda name: (self.labels[name].casefold(), name))
        return {name: place for place, name in enumerate(ordered, 1)}

    @cached_property
    def condition_labels(self):
        return dict(zip(self.tables.conditions["condition"], self.tables.conditions["label"], strict=True))

    @cached_property
    def pool(self):
        """Pools by id."""
        return {row.id: row for row in rows(self.pools)}

    @cached_property
    def pools_of(self):
        """Pools by outcome and contrast."""
        return by(rows(self.pools), lambda row: (row.outcome, row.contrast))

    @cached_property
    def effects_of(self):
        """Effects by outcome and contrast, in the order of their labels."""
        ordered = sorted(rows(self.effects), key=lambda row: (row.study_label.casefold(), row.id))
        return by(ordered, lambda row: (row.outcome, row.contrast))

    @cached_property
    def members_of(self):
        """What is in each pool, and what was left out, by pool id."""
        return by(rows(self.members), lambda row: row.pool)

    @cached_property
    def z(self):
        """Half width of an interval in standard errors."""
        return NormalDist().inv_cdf((1 + self.config.level) / 2)

    @cached_property
    def stated_of(self):
        """Results stated without a figure, by outcome and the contrast they speak of."""
        return stated_of(self.tables)

    @cached_property
    def unused_of(self):
        """Numbers of cohorts without an effect of the outcome, by outcome and the contrast that they would serve."""
        there = contrasts_with_effects(self.effects)
        alone = [row for row in rows(self.unused) if (self.studies[row.study_id].cohort_id, row.outcome) not in there]
        return by(alone, lambda row: (row.outcome, contrast_of(row.timepoint, self.outcomes[row.outcome].measure)))

    @cached_property
    def account(self):
        """How many of the printed numbers end where."""
        return account(self.tables, self.effects, self.unused, self.config)

    @cached_property
    def group_conditions(self):
        """Conditions of each group with every broader one, by study and group."""
        return group_conditions(self.tables)

    @cached_property
    def mentions(self):
        """Every time that a group says something of an outcome."""
        return mentions(self.tables, self.effects)

    @cached_property
    def mentions_of(self):
        """Mentions by outcome and contrast."""
        return by(self.mentions, lambda one: (one.outcome, one.contrast))

    @cached_property
    def certainty_of(self):
        """Certainty by pool."""
        return {row.pool: row for row in self.rows_of("certainty")}

    @cached_property
    def steps_of(self):
        """Steps of the certainty by pool."""
        return by(self.rows_of("certainty_steps"), lambda row: row.pool)

    @cached_property
    def sensitivity_of(self):
        """Analyses laid side by side, by pool."""
        return by(self.rows_of("sensitivity"), lambda row: row.pool)

    @cached_property
    def robustness_of(self):
        """Whether conclusions stand, by outcome and contrast."""
        return by(self.rows_of("robustness"), lambda row: (row.outcome, row.contrast))

    @cached_property
    def subgroups_of(self):
        """Tests between strata by outcome and contrast."""
        return by(self.rows_of("subgroups"), lambda row: (row.outcome, row.contrast))

    @cached_property
    def regressions_of(self):
        """Coefficients of the meta-regressions by outcome and contrast."""
        return by(self.rows_of("regressions"), lambda row: (row.outcome, row.contrast))

    @cached_property
    def citations(self):
        """The article's references with what is wrong with them; none where the review follows no article."""
        return rows(citations(self.tables)) if len(self.tables.article_citations) else []

    @cached_property
    def missing_of(self):
        """Results that the pools of all groups cannot see, by outcome and contrast."""
        all_groups = [row for row in self.rows_of("missing") if row.stratum == "all"]
        return {(row.outcome, row.contrast): row for row in all_groups}

    def whole_pools(self, outcome, contrast):
        """Headline pools that no other holds: of all groups, or of all comparisons with one active agent."""
        pools = (row for row in self.pools_of.get((outcome, contrast), []) if row.analysis == HEADLINE)
        return [row for row in pools if row.stratum.partition(":")[0] in (ALL, COMPARATOR)]

    def stratum_label(self, stratum):
        """Heading of a stratum."""
        return stratum_label(stratum, self.condition_labels)

    def cited(self, study_id):
        """A study's label and its number in the references, linked."""
        number = self.references[study_id]
        return [run(self.labels[study_id] + " "), run(f"[{number}]", to=f"ref-{study_id}")]

    def outcome_title(self, outcome, contrast):
        return f"{self.outcomes[outcome].label}, {CONTRASTS[contrast].lower()}"
