rule report:
    input:
        raw(),
        processed(
            *RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS
        ),
        f"{DRAFTS}/figures/figures.json",
        CONFIG,
        texts(),
    output:
        f"{DRAFTS}/evidence.pdf",
    benchmark:
        record("report")
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **made_from("data", "plan", "texts", "releases"),
    shell:
        stage("report")
