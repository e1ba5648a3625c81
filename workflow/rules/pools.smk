rule pools_part:
    input:
        f"{PARTS}/{{scatteritem}}.effects.csv",
        processed("conditions", "moderators"),
        CONFIG,
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
    params:
        **made_from("plan"),
    shell:
        part("pools")


rule pools:
    input:
        gather.parts(f"{PARTS}/{{scatteritem}}.pools.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.members.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.regressions.csv"),
        gather.parts(f"{PARTS}/{{scatteritem}}.subgroups.csv"),
    output:
        processed("pools", "members", "regressions", "subgroups"),
    benchmark:
        record("pools")
    localrule: True
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from(),
    shell:
        stage(f"pools --join {len(gather.parts('{scatteritem}'))}")


rule opinion:
    input:
        processed("pools", "members"),
    output:
        processed("opinion"),
    benchmark:
        record("opinion")
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **made_from(),
    shell:
        stage("opinion")
