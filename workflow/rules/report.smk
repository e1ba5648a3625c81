rule report:
    input:
        "data/processed/flags.csv",
        "data/processed/unused.csv",
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        "data/processed/opinion.csv",
        "data/processed/regressions.csv",
        "reports/figures/figures.json",
        CONFIG,
        sorted(map(str, Path("config/text").glob("*.md"))),
        code("stages/report.py", "stages/content*.py", "stages/scales.py", "stages/files.py", "template/*", "template/fonts/*"),
    output:
        update("reports/evidence.pdf"),
        update("reports/tables/effects.csv"),
        update("reports/tables/pools.csv"),
        update("reports/tables/members.csv"),
        update("reports/tables/opinion.csv"),
        update("reports/tables/flags.csv"),
        update("reports/tables/unused.csv"),
        update("reports/tables/regressions.csv"),
    shell:
        "{EVIDENCE} report"
