"""The stages effects and pools: of all outcomes, of one part of them (`--part 2-of-8`), or the parts joined (`--join 8`)."""

import re
from argparse import ArgumentTypeError
from collections import Counter
from functools import partial
from pathlib import Path

from evidence.cli.base import PROCESSED, counted, made, say


def item(text):
    """Which part of how many, as "2-of-8"."""
    found = re.fullmatch(r"([1-9]\d{0,5})-of-([1-9]\d{0,5})", text, re.ASCII)
    if not found or int(found[1]) > int(found[2]):
        raise ArgumentTypeError(f'"{text}" is no part: type which of how many, such as 2-of-8')
    return text


def parts(text):
    """How many parts."""
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise ArgumentTypeError(f'"{text}" is no number of parts: type one such as 8')
    return int(text)


def add_parts(command):
    """The arguments of a stage that can be made in parts."""
    how = command.add_mutually_exclusive_group()
    how.add_argument("--part", type=item, metavar="I-of-N", help="make one of N parts, each of whole outcomes, in data/processed/parts")
    how.add_argument("--join", type=parts, metavar="N", help="join the N parts that have been made")


def place(tables, folder):
    """Write tables, given as bytes by name, to their places."""
    from evidence.store.write import replace

    for name, content in tables.items():
        replace(folder / PROCESSED / f"{name}.csv", content)


def place_part(tables, folder, part):
    """Write one part of each table to its place."""
    from evidence.store.join import part_file
    from evidence.store.write import replace

    for name, content in tables.items():
        replace(folder / part_file(part, name), content)


def made_effects(folder, part):
    """Effects, and rows that are in none, of all outcomes or of a part of them."""
    from evidence.config import load
    from evidence.stages.pools.parts import effects_of, made_in_parts, measured, only
    from evidence.store.files import read_tables

    config = load(folder)
    tables = read_tables(folder, "measurements", "groups", "outcomes", "units", "conditions", "studies", "moderators", "flags")
    return made_in_parts(partial(effects_of, config), measured(only(tables, part) if part else tables))


def run_effects(args):
    from evidence.store.join import by_line, cells, joined

    folder = Path(args.folder)
    tables = joined(folder, ("effects", "unused"), args.join) if args.join else made_effects(folder, args.part)
    tables["unused"] = by_line(tables["unused"])
    if args.part:
        place_part(tables, folder, args.part)
    else:
        place(tables, folder)
        said = Counter(cells(tables["effects"], "outcome", "headline"))
        outcomes = counted(len({outcome for outcome, _ in said}), "outcome")
        headline = sum(times for (_, answer), times in said.items() if answer == "yes")
        say(f"effects  {outcomes}, {counted(said.total(), 'effect')}, {headline} of them in headline pools")


def made_pools(folder, part):
    """Pools, members, meta-regressions and tests between strata of all effects or of a part of them."""
    from evidence.config import load
    from evidence.stages.pools.parts import made_in_parts, pooled, ranges
    from evidence.store.files import read_csv
    from evidence.store.join import part_file

    config, about = load(folder), made(folder, "conditions", "moderators")
    effects = read_csv(folder / (part_file(part, "effects") if part else PROCESSED / "effects.csv"), "effects")
    return made_in_parts(partial(pooled, config, *about), ranges(effects))


def run_pools(args):
    from evidence.store.join import cells, joined

    folder = Path(args.folder)
    tables = joined(folder, ("pools", "members", "regressions", "subgroups"), args.join) if args.join else made_pools(folder, args.part)
    if args.part:
        place_part(tables, folder, args.part)
    else:
        place(tables, folder)
        analyses = [analysis for (analysis,) in cells(tables["pools"], "analysis")]
        tried = {"meta-regression": len(set(cells(tables["regressions"], "id"))),
                 "subgroup test": sum(Q != "" for (Q,) in cells(tables["subgroups"], "Q_between"))}  # fmt: skip
        said = "".join(f", {counted(number, noun)}" for noun, number in tried.items() if number)
        say(f"pools    {counted(analyses.count('headline'), 'headline pool')}, {len(analyses)} with sensitivity analyses{said}")
