"""Figures of the report, by what they show."""

WHOLE_PAGE, HIGH = 236, 140
FLOATING = "forest"


def drawings(inputs, **wanted):
    """Figure blocks of the figures whose words are all as wanted, in the order of figures.json.

    Parameters
    ----------
    inputs : Inputs
    **wanted
        Words of a figure: kind, outcome, contrast and the like.

    Returns
    -------
    list of dict
        Of forest plots, which stand after other matter: where one is high or goes on over pages, all of them float, so that
        they keep their order.
    """
    found = [figure for figure in inputs.figures if all(figure.get(name) == value for name, value in wanted.items())]
    floats = any(figure["kind"] == FLOATING and (figure["height_mm"] > HIGH or figure.get("pages", 1) > 1) for figure in found)
    return [
        {
            "kind": "figure",
            "file": figure["file"],
            "alt": figure["alt"],
            "caption": figure["caption"] + page_words(figure),
            "width": figure["width_mm"],
            "height": figure["height_mm"],
            "most": WHOLE_PAGE,
            "floats": floats,
        }
        for figure in found
    ]


def page_words(figure):
    """(1 of 2) for a figure in parts."""
    return f" ({figure['page']} of {figure['pages']})" if figure.get("pages", 1) > 1 else ""
