rule effects:
    input:
        processed("measurements", "groups", "outcomes", "units", "conditions", "studies", "flags"),
        CONFIG,
        code("effects", "stages/effects.py", "schema/*"),
    output:
        update("data/processed/effects.csv"),
        update("data/processed/unused.csv"),
    shell:
        stage("effects")
