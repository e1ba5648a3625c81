"""The review from raw tables to PDF: snakemake --cores 4

Another review: snakemake --cores 4 --directory FOLDER
"""

from snakemake.utils import min_version

min_version("9.0")


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
include: "workflow/rules/publish.smk"


rule all:
    default_target: True
    input:
        [f"reports/{name}" for name in PUBLISHED],
