"""What looks into a fit of `rma` refuses anything else by name: a model with clusters has no such diagnostics."""

import pytest

import evidence as ev

THREE_LEVELS = ev.multilevel([0.1, 0.5, -0.2, 0.8, 0.3], [0.1, 0.2, 0.05, 0.3, 0.1], [1, 1, 2, 2, 3])
FUNCTIONS = ("leave_one_out", "influence", "cumulative", "egger", "begg", "trim_fill", "permutation_test")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("given", "named"), [(THREE_LEVELS, "Multilevel"), (None, "NoneType"), ([0.1, 0.5], "list")])
def test_only_a_result_of_rma(function, given, named):
    with pytest.raises(ValueError, match=f"^fit must be a result of rma, got {named}$"):
        getattr(ev, function)(given)


def test_henmi_copas_takes_effects_or_a_result_of_rma():
    with pytest.raises(ValueError, match="^fit must be a result of rma, got Multilevel$"):
        ev.henmi_copas(THREE_LEVELS)
