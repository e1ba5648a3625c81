rule pools:
    input:
        "data/processed/effects.csv",
        CONFIG,
        code("stages/pools.py", "stages/analyses.py", "stages/strata.py", "stages/readable.py", "models/*"),
    output:
        update("data/processed/pools.csv"),
        update("data/processed/members.csv"),
    shell:
        "{EVIDENCE} pools"


rule opinion:
    input:
        "data/processed/pools.csv",
        "data/processed/members.csv",
        code("stages/opinion.py"),
    output:
        update("data/processed/opinion.csv"),
    shell:
        "{EVIDENCE} opinion"
