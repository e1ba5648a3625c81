"""A living meta-analysis that can be audited: the public API.

Every public name is loaded at its first use, so that ``import evidence`` costs
no more than NumPy.
"""

from importlib import import_module

_HOME = {
    "EvidenceError": "problems",
    "escalc": "measures.escalc",
    "Effect": "measures.escalc",
    "MEASURES": "measures.escalc",
    "rma": "models.uni",
    "Fit": "models.uni",
    "rma_batch": "models.batch",
    "subgroups": "models.subgroups",
    "multilevel": "models.multilevel",
    "robust": "models.robust",
    "permutation_test": "models.permutation",
    "bayes": "models.bayes",
    "leave_one_out": "models.diagnostics",
    "influence": "models.diagnostics",
    "cumulative": "models.diagnostics",
    "mantel_haenszel": "models.counts",
    "peto": "models.counts",
    "glmm": "models.glmm",
    "egger": "bias.asymmetry",
    "begg": "bias.asymmetry",
    "trim_fill": "bias.trimfill",
    "selection_model": "bias.selection",
    "fail_safe_n": "bias.failsafe",
    "henmi_copas": "bias.henmi_copas",
    "read": "stages.tables",
    "Tables": "stages.tables",
    "effects": "stages.effects",
    "pools": "stages.pools",
    "verdicts": "stages.verdicts",
    "forest": "stages.forest",
    "funnel": "stages.funnel",
}
_MODULES = {"convert": "measures.convert"}

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
