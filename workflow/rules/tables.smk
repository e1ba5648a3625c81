rule tables:
    input:
        CONFIG,
        raw(),
    output:
        processed(*RAW_TABLES, "flags"),
    params:
        **made_from("data", "plan"),
    benchmark:
        record("tables")
    resources:
        mem_mb=4000,
        runtime=30,
    shell:
        stage("tables")
