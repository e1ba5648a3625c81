rule report:
    input:
        raw(),
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS),
        "reports/figures/figures.json",
        CONFIG,
        sorted(map(str, Path("config/text").glob("*"))),
        code("report", "stages/report/report.py", "stages/changes/releases.py", "stages/report/template/*", "document/fonts/*", "words/text/*", "store/schemas/*"),
    output:
        update("reports/evidence.pdf"),
    benchmark:
        record("report")
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        stage("report")
