rule tables:
    input:
        CONFIG,
        raw=raw(),
        code=code("tables", "stages/tables/tables.py", "store/schemas/*"),
    output:
        update(processed(*RAW_TABLES, "flags")),
    benchmark:
        record("tables")
    resources:
        mem_mb=4000,
        runtime=30,
    shell:
        stage("tables")
