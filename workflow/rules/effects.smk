rule effects_part:
    input:
        processed("measurements", "groups", "outcomes", "units", "conditions", "studies", "moderators", "flags"),
        CONFIG,
    output:
        f"{PARTS}/{{scatteritem}}.effects.csv",
        f"{PARTS}/{{scatteritem}}.unused.csv",
    benchmark:
        record("effects_part.{scatteritem}")
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **made_from("plan"),
    shell:
        part("effects")


rule effects:
    input:
        gather.parts(f"{PARTS}/{{scatteritem}}.effects.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.unused.csv"),
    output:
        processed("effects", "unused"),
    benchmark:
        record("effects")
    localrule: True
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from(),
    shell:
        stage(f"effects --join {len(gather.parts('{scatteritem}'))}")
