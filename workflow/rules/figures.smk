rule figures:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members", "subgroups", "sensitivity", "reported", "bias_weights", "flow"),
        CONFIG,
    output:
        # The SVGs beside it are not named: how many there are is known when they are drawn.
        f"{DRAFTS}/figures/figures.json",
    benchmark:
        record("figures")
    priority: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **made_from("plan", "texts"),
    shell:
        stage("figures")
