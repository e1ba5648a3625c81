"""A living meta-analysis that can be audited: the public API.

Every public name is loaded at its first use, so that ``import evidence`` costs
no more than NumPy.
"""

from importlib import import_module

_HOME = {
    "EvidenceError": "problems",
    "escalc": "engine.measures.escalc",
    "Effect": "engine.measures.escalc",
    "MEASURES": "engine.measures.escalc",
    "rma": "engine.models.uni",
    "Fit": "engine.models.uni",
    "rma_batch": "engine.models.batch",
    "subgroups": "engine.models.subgroups",
    "multilevel": "engine.models.multilevel",
    "robust": "engine.models.robust",
    "permutation_test": "engine.models.permutation",
    "bayes": "engine.models.bayes",
    "leave_one_out": "engine.models.diagnostics",
    "influence": "engine.models.diagnostics",
    "cumulative": "engine.models.diagnostics",
    "mantel_haenszel": "engine.models.counts",
    "peto": "engine.models.counts",
    "glmm": "engine.models.glmm",
    "egger": "engine.bias.asymmetry",
    "begg": "engine.bias.asymmetry",
    "trim_fill": "engine.bias.trimfill",
    "selection_model": "engine.bias.selection",
    "fail_safe_n": "engine.bias.failsafe",
    "henmi_copas": "engine.bias.henmi_copas",
    "read": "stages.tables.tables",
    "Tables": "store.evidence",
    "effects": "stages.effects.effects",
    "pools": "stages.pools.pools",
    "verdicts": "stages.verdicts.claims",
    "forest": "stages.figures.forest.forest",
    "funnel": "stages.figures.funnel",
}
_MODULES = {"convert": "engine.measures.convert"}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name):
    if name in _MODULES:
        value = import_module(f"evidence.{_MODULES[name]}")
    elif name in _HOME:
        value = getattr(import_module(f"evidence.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'evidence' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return __all__
