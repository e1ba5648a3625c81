rule changes:
    input:
        processed("studies", "measurements", "flags", "pools", "verdicts", "certainty"),
        CONFIG,
        released(),
    output:
        processed("changes"),
    params:
        **made_from("plan", "releases"),
    benchmark:
        record("changes")
    resources:
        mem_mb=1000,
        runtime=10,
    localrule: True
    shell:
        stage("changes")
