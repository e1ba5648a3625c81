"""The command check: what the rules find, then, where no error stands in the way, the account of the numbers."""

NEEDS_PLAN = "How many of the numbers are in an effect, and why the others are not: that needs the plan, config/config.yaml."


def books(folder, sheets, flags):
    """The account of the numbers of tables without errors."""
    from evidence.config import load
    from evidence.stages.effects.effects import effects_and_unused
    from evidence.stages.pools.account import account
    from evidence.stages.tables.tables import typed

    tables, config = typed(folder, sheets, flags), load(folder)
    return account(tables, *effects_and_unused(tables, config), config)


def print_json(problems, flags, summary, account):
    """Print all that was found as JSON; `account` is null where there is none."""
    from evidence.stages.tables.checks.report import report_json

    if account:
        from evidence.stages.pools.account import as_dict

        account = as_dict(account)
    print(report_json(problems, flags, summary, account=account))


def print_text(problems, flags, summary, account):
    """Print all that was found to read."""
    from evidence.stages.tables.checks.checks import CONFIG
    from evidence.stages.tables.checks.report import report_text

    print(report_text(problems, flags, summary))
    if account:
        from evidence.stages.pools.account import text

        print(f"\n{text(account)}")
    elif all(problem.file == CONFIG for problem in problems):
        print(f"\n{NEEDS_PLAN}")


def run_check(args):
    from evidence.stages.tables.checks.checks import check, raw_tables

    sheets = raw_tables(args.folder)
    problems, flags, summary = check(args.folder, plan=True, sheets=sheets)
    account = None if problems else books(args.folder, sheets, flags)
    (print_json if args.json else print_text)(problems, flags, summary, account)
    return 2 if problems else 0
