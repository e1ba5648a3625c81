rule workbook:
    input:
        raw(),
        processed(
            *RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS
        ),
        CONFIG,
    output:
        f"{DRAFTS}/tables/evidence.xlsx",
        [f"{DRAFTS}/tables/{name}.csv" for name in PUBLISHED_TABLES],
    benchmark:
        record("workbook")
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **made_from("data", "plan", "releases"),
    shell:
        stage("workbook")
