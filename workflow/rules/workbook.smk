rule workbook:
    input:
        raw(),
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS),
        CONFIG,
        code("workbook", "stages/workbook/workbook.py", "stages/changes/releases.py", "document/fonts/*", "store/schemas/*"),
    output:
        update("reports/tables/evidence.xlsx"),
        update([f"reports/tables/{name}.csv" for name in
                ("effects", "pools", "members", "opinion", "flags", "unused", "regressions", "subgroups", "changes", *VERDICTS)]),
    benchmark:
        record("workbook")
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        stage("workbook")
