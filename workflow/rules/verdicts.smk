rule verdicts:
    input:
        processed(*RAW_TABLES, "flags"),
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        CONFIG,
        sorted(str(path) for name in ("prisma.csv", "verdicts.yaml") for path in Path("config/text").glob(name)),
        code("verdicts", "stages/verdicts/verdicts.py", "words/text/*", "store/schemas/*"),
    output:
        update(processed(*VERDICTS)),
    benchmark:
        record("verdicts")
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        stage("verdicts")
