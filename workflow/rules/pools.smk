rule pools:
    input:
        processed("effects", "moderators"),
        CONFIG,
        code("pools", "stages/parts.py", "schema/*"),
    output:
        update("data/processed/pools.csv"),
        update("data/processed/members.csv"),
        update("data/processed/regressions.csv"),
    shell:
        stage("pools")


rule opinion:
    input:
        "data/processed/pools.csv",
        "data/processed/members.csv",
        code("opinion", "stages/opinion.py", "schema/*"),
    output:
        update("data/processed/opinion.csv"),
    shell:
        stage("opinion")
