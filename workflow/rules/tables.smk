rule tables:
    input:
        CONFIG,
        raw(),
    output:
        processed(*RAW_TABLES, "flags"),
    benchmark:
        record("tables")
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **made_from("data", "plan"),
    shell:
        stage("tables")
