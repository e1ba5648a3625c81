"""Figures of the report, by what they show."""

WHOLE_PAGE, HIGH = 236, 140
FLOATING = "forest"


def drawings(inputs, floats=False, **wanted):
    """Figure blocks of the figures whose words are all as wanted, in the order of figures.json.

    Parameters
    ----------
    inputs : Inputs
    floats : bool
        Whether the text may run on before them: wanted after figures that float, or the numbers of the figures go astray.
    **wanted
        Words of a figure: kind, outcome, contrast and the like.

    Returns
    -------
    list of dict
        Forest plots that are high or go on over pages float, all those of a comparison together, so that they keep their order.
    """
    found = [figure for figure in inputs.figures if wanted.items() <= figure.items()]
    floats = floats or any(figure["kind"] == FLOATING and (figure["height_mm"] > HIGH or figure.get("pages", 1) > 1) for figure in found)
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
