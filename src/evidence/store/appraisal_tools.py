"""The tools for risk of bias: text/appraisal_tools.yaml, with the domains and judgements of each, and what each judgement means.

A judgement has a level (low, some_concerns, no_information, high, critical) whatever word its tool uses: `unclear` of RoB 1,
`no` of a JBI checklist, two stars of the Newcastle-Ottawa Scale.

References
----------
Sterne et al. 2019 [sterne2019] and 2016 [sterne2016]; Higgins et al. 2011 [higgins2011rob] and 2024 [higgins2024robinse]; Whiting et
al. 2011 [whiting2011]; Wells et al. 2000 [wells2000]; Hooijmans et al. 2014 [hooijmans2014]; Barker et al. 2023 [barker2023]
and 2024 [barker2024]; Moola et al. 2020 [moola2020]; Munn et al. 2015 [munn2015] and 2020 [munn2020].
"""

from dataclasses import dataclass, field
from functools import cache

import yaml

from evidence.resources import shipped
from evidence.store.schema import Loader

FILE = shipped("words/text/appraisal_tools.yaml")
SEVERITY = {"low": 0, "some_concerns": 1, "no_information": 1, "high": 2, "critical": 3}
OVERALL = "overall"


@dataclass(frozen=True)
class Tool:
    """One tool: `judgements`, `overall` and each of `scores` map a judgement to its level, `domains` an id to its label."""

    label: str
    use: str
    source: str
    cite: str
    judgements: dict
    domains: dict
    scores: dict = field(default_factory=dict)
    overall: dict = field(default_factory=dict)
    applicability: dict = field(default_factory=dict)
    concerns: tuple = ()

    @property
    def labels(self):
        """Label of every domain that may be typed but the overall one, in the order of the form."""
        return self.domains | self.applicability

    def levels(self, domain):
        """Level by judgement, from best to worst, of one domain."""
        if domain == OVERALL:
            return self.overall or self.judgements
        return self.scores.get(domain, self.judgements)


@cache
def tools():
    """All tools by id, as they stand in the table of the package."""
    stated = yaml.load(FILE.read_text(encoding="utf-8"), Loader)
    return {name: Tool(**parts | {"concerns": tuple(parts.get("concerns", ()))}) for name, parts in stated.items()}
