rule figures:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members", "sensitivity", "reported", "bias_weights", "flow"),
        CONFIG,
        code("stages/figures.py", "text/*", "template/fonts/*", "schema/*"),
    output:
        # The SVGs are not named here: how many there are is known when they are drawn. See complete() in common.smk.
        update("reports/figures/figures.json"),
    priority: 1
    shell:
        stage("figures")
