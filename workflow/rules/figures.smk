rule figures:
    input:
        processed(*RAW_TABLES, "flags", "effects", "pools", "members", "subgroups", "sensitivity", "reported", "bias_weights", "flow"),
        CONFIG,
        # All of the program: stages/figures/cache.py tells a figure that is still right by a digest of every module.
        code("figures", "**/*.py", "**/*.yaml", "document/fonts/**/*", "words/text/*"),
    output:
        # The SVGs are not named here: how many there are is known when they are drawn. See complete() in run.smk.
        update("reports/figures/figures.json"),
    priority: 1
    benchmark:
        record("figures")
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        stage("figures")
