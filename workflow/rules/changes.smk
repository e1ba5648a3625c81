rule changes:
    input:
        processed("studies", "measurements", "flags", "pools", "verdicts", "certainty"),
        CONFIG,
        released(),
    output:
        processed("changes"),
    benchmark:
        record("changes")
    localrule: True
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from("plan", "releases"),
    shell:
        stage("changes")
