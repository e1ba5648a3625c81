"""Analyses: the headline and what is run beside it to see whether its conclusion stands."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Callable


def headline(effects, config):
    """Included studies, unflagged, by the routes of the config."""
    return effects[effects["headline"] == "yes"]


def with_bounded(effects, config):
    """The headline and effects whose standard error is only bounded by p below a threshold."""
    bounded = (effects["route"] == "bound") & (effects["eligibility"] == "include") & (effects["flags"] == "")
    return effects[(effects["headline"] == "yes") | bounded]


def with_sensitivity_studies(effects, config):
    """The headline and the studies marked `sensitivity`."""
    others = (effects["eligibility"] == "sensitivity") & (effects["flags"] == "") & effects["route"].isin(config.routes)
    return effects[(effects["headline"] == "yes") | others]


def at_correlation(effects, config, r):
    """The headline with one correlation for every effect that assumes one."""
    chosen = headline(effects, config)
    assumed = chosen["route"].isin(["spread", "quantiles"]) & (chosen["v_cross"] > 0)
    return chosen.assign(vi=(chosen["v_sum"] - 2 * r * chosen["v_cross"]).where(assumed, chosen["vi"]))


@dataclass(frozen=True)
class Analysis:
    """An analysis: its effects, its plan, and its name for a reader."""

    label: str
    select: Callable = headline
    changes: tuple = ()

    def plan(self, config):
        """The config of this analysis."""
        return replace(config, **dict(self.changes))


def analyses(config):
    """All analyses by id, in the order they are shown."""
    grid = {f"r_{r:g}": Analysis(f"Correlation {r:g}", partial(at_correlation, r=r)) for r in config.correlation_grid}
    return {
        "headline": Analysis("Headline"),
        "with_bounded": Analysis("With bounded errors", with_bounded),
        "with_sensitivity_studies": Analysis("With sensitivity studies", with_sensitivity_studies),
        **grid,
    }
