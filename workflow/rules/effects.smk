rule effects_part:
    input:
        processed("measurements", "groups", "outcomes", "units", "conditions", "studies", "moderators", "flags"),
        CONFIG,
    output:
        f"{PARTS}/{{scatteritem}}.effects.csv",
        f"{PARTS}/{{scatteritem}}.unused.csv",
    params:
        **made_from("plan"),
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
    output:
        processed("effects", "unused"),
    params:
        **made_from(),
    benchmark:
        record("effects")
    resources:
        mem_mb=1000,
        runtime=10,
    localrule: True
    shell:
        stage(f"effects --join {len(gather.parts('{scatteritem}'))}")
