"""Checks of risk_of_bias.csv: each tool has its own domains and its own words for a judgement."""

from evidence.stages.tables.checks.data import Finding
from evidence.store.appraisal_tools import OVERALL, tools
from evidence.store.cells import near, short


def rows_of_tools(data):
    """Rows of a known tool, each with its tool and the domains that may be typed."""
    for row in data.rows("risk_of_bias"):
        if row["tool"] in tools():
            tool = tools()[row["tool"]]
            yield row, tool, (*tool.labels, OVERALL)


def bias_domains(data):
    """A domain that the tool does not have: it would count as a domain of its own."""
    for row, _, domains in rows_of_tools(data):
        if row["domain"] and row["domain"] not in domains:
            what = f'"{short(row["domain"])}" is no domain of {row["tool"]}'
            yield Finding(row, "domain", what, f"Use one of {', '.join(domains)}{near(row['domain'], domains)}.")


def judgements(data):
    """A judgement that the tool, or its domain, does not have: RoB 2 and ROBINS-I use other words."""
    for row, tool, domains in rows_of_tools(data):
        levels = tuple(tool.levels(row["domain"]))
        if row["judgement"] and row["judgement"] not in levels and row["domain"] in domains:
            of_domain = f" for {row['domain']}" if row["domain"] in (*tool.scores, OVERALL) else ""
            what = f'"{short(row["judgement"])}" is no judgement of {row["tool"]}{of_domain}'
            yield Finding(row, "judgement", what, f"Use one of {', '.join(levels)}{near(row['judgement'], levels)}.")
