rule effects:
    input:
        processed("measurements", "groups", "outcomes", "units", "conditions", "studies", "flags"),
        CONFIG,
        code("stages/effects.py", "stages/levels.py", "stages/labels.py", "stages/pairs.py", "stages/counted.py",
             "stages/stated.py", "stages/printed.py", "stages/readable.py", "stages/strata.py", "measures/*"),
    output:
        update("data/processed/effects.csv"),
        update("data/processed/unused.csv"),
    shell:
        "{EVIDENCE} effects"
