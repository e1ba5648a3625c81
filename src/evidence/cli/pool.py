"""The command `evidence pool`: the engine on any CSV."""

from argparse import ArgumentTypeError
from pathlib import Path

from evidence.cli.base import say
from evidence.config import METHODS, TESTS


def level(text):
    """Level of the intervals, a number between 0 and 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise ArgumentTypeError(f'"{text}" is no level: type a number between 0 and 1, such as 0.95')
    return value


def figure(text):
    """Name of a figure file, of which the ending says the format."""
    if Path(text).suffix.lower() not in (".svg", ".png"):
        raise ArgumentTypeError(f'"{text}" ends in neither .svg nor .png: type the name of a file such as forest.svg')
    return text


def run_pool(args):
    from evidence.stages.pools.any_csv import as_json, as_text, pool_file

    pooled = pool_file(args.file, args.yi, args.vi, args.sei, args.method, args.test, args.by, args.label, args.level)
    for notice in pooled["notices"]:
        say(str(notice))
    print(as_json(pooled) if args.json else as_text(pooled))
    if args.forest:
        from evidence.stages.figures.canvas import save_png, save_svg
        from evidence.stages.figures.forest.forest import forest

        save = save_png if args.forest.lower().endswith(".png") else save_svg
        save(forest(pooled["fit"], labels=pooled["labels"], transform=args.transform), args.forest)


def add_pool(commands):
    """The arguments of `evidence pool`."""
    words = "pool the effects of any CSV"
    one = commands.add_parser("pool", help=words, description=words)
    one.add_argument("file", help="CSV with a header and one row per study")
    one.add_argument("--yi", default="yi", help="column of effects (default: yi)")
    one.add_argument("--vi", default="vi", help="column of their variances (default: vi)")
    one.add_argument("--sei", help="column of their standard errors, instead of --vi")
    one.add_argument("--method", default="REML", choices=METHODS, help="estimator of tau2 (default: REML)")
    one.add_argument("--test", default="knha", choices=TESTS, help="kind of test and interval (default: knha)")
    one.add_argument("--level", type=level, default=0.95, help="level of the intervals (default: 0.95)")
    one.add_argument("--by", help="column of subgroups")
    one.add_argument("--label", help="column of study labels")
    one.add_argument("--json", action="store_true", help="print JSON")
    one.add_argument("--forest", type=figure, metavar="OUT.svg", help="draw a forest plot, as .svg or .png")
    one.add_argument("--transform", choices=("exp", "percent"), help="effects are logarithms: draw ratios, or percent changes")
    one.set_defaults(run=run_pool)
