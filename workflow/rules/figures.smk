rule figures:
    input:
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        CONFIG,
        code("stages/figures.py", "stages/forest.py", "stages/plotting.py"),
    output:
        update("reports/figures/figures.json"),
    shell:
        "{EVIDENCE} figures"
