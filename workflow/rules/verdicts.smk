rule verdicts:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members"),
        CONFIG,
        texts(),
    output:
        processed(*VERDICTS),
    benchmark:
        record("verdicts")
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **made_from("plan", "texts"),
    shell:
        stage("verdicts")
