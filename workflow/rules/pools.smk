rule pools:
    input:
        processed("effects", "moderators"),
        CONFIG,
        code("stages/pools.py", "stages/analyses.py", "stages/strata.py", "stages/readable.py", "stages/regressions.py", "models/*"),
    output:
        update("data/processed/pools.csv"),
        update("data/processed/members.csv"),
        update("data/processed/regressions.csv"),
    shell:
        "{EVIDENCE} pools"


rule opinion:
    input:
        "data/processed/pools.csv",
        "data/processed/members.csv",
        code("stages/opinion.py", "stages/files.py", "models/*"),
    output:
        update("data/processed/opinion.csv"),
    shell:
        "{EVIDENCE} opinion"
