rule effects_part:
    input:
        processed("measurements", "groups", "outcomes", "units", "conditions", "studies", "moderators", "flags"),
        CONFIG,
        code("effects_part", "cli/parts.py", "stages/pools/parts.py", "stages/effects/effects.py", "store/schemas/*"),
    output:
        f"{PARTS}/{{scatteritem}}.effects.csv",
        f"{PARTS}/{{scatteritem}}.unused.csv",
    benchmark:
        record("effects_part.{scatteritem}")
    resources:
        mem_mb=2000,
        runtime=30,
    shell:
        part("effects")


rule effects:
    input:
        gather.parts(f"{PARTS}/{{scatteritem}}.effects.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.unused.csv"),
        code("effects", "cli/parts.py"),
    output:
        update("data/processed/effects.csv"),
        update("data/processed/unused.csv"),
    benchmark:
        record("effects")
    localrule: True
    shell:
        stage(f"effects --join {len(gather.parts('{scatteritem}'))}")
