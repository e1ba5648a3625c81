"""What the report is made from, and the lookups that its sections share."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from evidence.models.distributions import quantile
from evidence.stages.content_words import CONTRASTS, run, sentence
from evidence.stages.effects import label
from evidence.stages.strata import listed, with_broader

if TYPE_CHECKING:
    import pandas as pd

    from evidence.config import Config
    from evidence.stages.tables import Tables


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

    @cached_property
    def outcomes(self):
        """Rows of outcomes.csv by id, in file order."""
        return {row.outcome: row for row in self.tables.outcomes.itertuples()}

    @cached_property
    def shown_outcomes(self):
        """The headline outcomes, in file order."""
        return [name for name, row in self.outcomes.items() if row.headline == "yes"]

    @cached_property
    def studies(self):
        """Rows of studies.csv by id."""
        return {row.study_id: row for row in self.tables.studies.itertuples()}

    @cached_property
    def groups(self):
        """Rows of groups.csv by study and group."""
        return {(row.study_id, row.group_id): row for row in self.tables.groups.itertuples()}

    @cached_property
    def labels(self):
        """Study label by id: first author and year, or the id where the record lacks them."""
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
        return {row.id: row for row in self.pools.itertuples()}

    @cached_property
    def members_of(self):
        """What is in each pool, and what was left out, by pool id."""
        return dict(tuple(self.members.groupby("pool", sort=True)))

    @cached_property
    def z(self):
        """Half width of an interval in standard errors."""
        return quantile((1 + self.config.level) / 2)

    @cached_property
    def unreported(self):
        """Results stated without a figure, with the contrast they speak of and the cohort."""
        contrast = self.tables.unreported["timepoint"].map({"difference": "versus_control"}).fillna("before_after")
        return self._placed(self.tables.unreported.assign(contrast=contrast))

    @cached_property
    def group_conditions(self):
        """Conditions of each group with every broader one, by study and group."""
        widened = with_broader(self.tables.groups["conditions"], self.tables.conditions)
        keys = zip(self.tables.groups["study_id"], self.tables.groups["group_id"], strict=True)
        return dict(zip(keys, widened, strict=True))

    @cached_property
    def mentions(self):
        """Every cohort that says something of an outcome: one row per cohort, outcome, contrast and condition.

        `standing`: 3 weighted in a headline pool, 2 shown without weight, 1 stated without a figure.
        """
        import pandas as pd

        shown = self.effects.assign(standing=2 + (self.effects["headline"] == "yes").astype(int))
        columns = ["study_id", "group_id", "cohort_id", "outcome", "contrast", "standing", "conditions"]
        stated = self.unreported.assign(standing=1)
        return pd.concat([shown[columns], stated[columns]], ignore_index=True)

    def _placed(self, frame):
        """Rows of study and group with their cohort and conditions."""
        cohorts = {name: row.cohort_id for name, row in self.studies.items()}
        keys = zip(frame["study_id"], frame["group_id"], strict=True)
        return frame.assign(
            cohort_id=frame["study_id"].map(cohorts),
            conditions=[self.group_conditions.get(key, "") for key in keys],
        )

    def best(self, rows):
        """Highest standing of each cohort in rows of `mentions`, as counts: weighted, shown, stated."""
        standing = rows.groupby("cohort_id")["standing"].max()
        return tuple(int((standing == level).sum()) for level in (3, 2, 1))

    def by_condition(self, rows):
        """Rows of `mentions` repeated for each of their conditions."""
        each = listed(rows["conditions"])
        return rows.loc[each.index].assign(condition=each.to_numpy())

    def stratum_label(self, stratum):
        """Heading of a stratum: the condition's label, the drug's name."""
        kind, _, name = stratum.partition(":")
        if not name:
            return "All groups"
        return self.condition_labels.get(name, name) if kind == "condition" else sentence(name)

    def cited(self, study_id):
        """A study's label and its number in the references, linked."""
        number = self.references[study_id]
        return [run(self.labels[study_id] + " "), run(f"[{number}]", to=f"ref-{study_id}")]

    def outcome_title(self, outcome, contrast):
        return f"{self.outcomes[outcome].label}, {CONTRASTS[contrast].lower()}"
