rule tables:
    input:
        CONFIG,
        raw=raw(),
        code=code("tables", "stages/tables.py", "schema/*"),
    output:
        update(processed(*RAW_TABLES, "flags")),
    shell:
        stage("tables")
