rule verdicts:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members"),
        CONFIG,
        texts(),
    output:
        processed(*VERDICTS),
    params:
        **made_from("plan", "texts"),
    benchmark:
        record("verdicts")
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        stage("verdicts")
