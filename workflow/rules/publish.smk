"""reports/ is written last and as a whole: a run that fails leaves the last good reports as they were."""


rule publish:
    input:
        [f"{DRAFTS}/{name}" for name in PUBLISHED],
    output:
        [f"reports/{name}" for name in PUBLISHED],
    benchmark:
        record("publish")
    localrule: True
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from(),
    shell:
        stage("publish")
