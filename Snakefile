"""The review from raw tables to PDF: snakemake --cores 4

Another review: snakemake --cores 4 --directory FOLDER
"""

include: "workflow/rules/common.smk"
include: "workflow/rules/run.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/effects.smk"
include: "workflow/rules/pools.smk"
include: "workflow/rules/verdicts.smk"
include: "workflow/rules/changes.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/page.smk"
include: "workflow/rules/workbook.smk"


rule all:
    default_target: True
    input:
        "reports/evidence.pdf",
        "reports/index.html",
        "reports/tables/evidence.xlsx",
        "reports/tables/pools.csv",
        "reports/figures/figures.json",


if workflow.is_main_process:
    outdate(workflow.rules)
