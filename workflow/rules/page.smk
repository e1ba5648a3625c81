rule page:
    input:
        raw(),
        processed(
            *RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS
        ),
        CONFIG,
        texts(),
    output:
        f"{DRAFTS}/index.html",
    benchmark:
        record("page")
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **made_from("data", "plan", "texts", "releases"),
    shell:
        stage("page")
