rule changes:
    input:
        processed("studies", "measurements", "flags", "pools", "verdicts", "certainty"),
        CONFIG,
        sorted(map(str, Path("reports/released").glob("*/*.csv"))),
        code("changes", "stages/changes/changes.py", "stages/changes/releases.py", "store/schemas/*"),
    output:
        update("data/processed/changes.csv"),
    benchmark:
        record("changes")
    resources:
        mem_mb=1000,
        runtime=10,
    localrule: True
    shell:
        stage("changes")
