rule report:
    input:
        raw(),
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "changes", *VERDICTS),
        "reports/figures/figures.json",
        CONFIG,
        sorted(map(str, Path("config/text").glob("*"))),
        code("report", "stages/report.py", "stages/releases.py", "template/*", "template/fonts/*", "text/*", "schema/*"),
    output:
        update("reports/evidence.pdf"),
        update([f"reports/tables/{name}.csv" for name in
                ("effects", "pools", "members", "opinion", "flags", "unused", "regressions", "changes", *VERDICTS)]),
    shell:
        stage("report")
