rule figures:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members", "subgroups", "sensitivity", "reported", "bias_weights", "flow"),
        CONFIG,
    output:
        # The SVGs beside it are not named: how many there are is known when they are drawn.
        f"{DRAFTS}/figures/figures.json",
    params:
        **made_from("plan", "texts"),
    benchmark:
        record("figures")
    resources:
        mem_mb=4000,
        runtime=60,
    priority: 1
    shell:
        stage("figures")
