rule pools_part:
    input:
        f"{PARTS}/{{scatteritem}}.effects.csv",
        processed("conditions", "moderators"),
        CONFIG,
        code("pools_part", "cli/parts.py", "stages/pools/parts.py", "store/schemas/*"),
    output:
        f"{PARTS}/{{scatteritem}}.pools.csv",
        f"{PARTS}/{{scatteritem}}.members.csv",
        f"{PARTS}/{{scatteritem}}.regressions.csv",
        f"{PARTS}/{{scatteritem}}.subgroups.csv",
    benchmark:
        record("pools_part.{scatteritem}")
    resources:
        mem_mb=2000,
        runtime=30,
    shell:
        part("pools")


rule pools:
    input:
        gather.parts(f"{PARTS}/{{scatteritem}}.pools.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.members.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.regressions.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.subgroups.csv"),
        code("pools", "cli/parts.py"),
    output:
        update("data/processed/pools.csv"),
        update("data/processed/members.csv"),
        update("data/processed/regressions.csv"),
        update("data/processed/subgroups.csv"),
    benchmark:
        record("pools")
    localrule: True
    shell:
        stage(f"pools --join {len(gather.parts('{scatteritem}'))}")


rule opinion:
    input:
        "data/processed/pools.csv",
        "data/processed/members.csv",
        code("opinion", "stages/pools/opinion.py", "store/schemas/*"),
    output:
        update("data/processed/opinion.csv"),
    benchmark:
        record("opinion")
    resources:
        mem_mb=2000,
        runtime=30,
    shell:
        stage("opinion")
