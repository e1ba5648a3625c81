"""reports/ is written last and as a whole: a run that fails leaves the last good reports as they were."""

rule publish:
    input:
        [f"{DRAFTS}/{name}" for name in PUBLISHED],
    output:
        [f"reports/{name}" for name in PUBLISHED],
    params:
        **made_from(),
    benchmark:
        record("publish")
    resources:
        mem_mb=1000,
        runtime=10,
    localrule: True
    shell:
        stage("publish")
