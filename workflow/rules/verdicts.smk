rule verdicts:
    input:
        processed(*RAW_TABLES, "flags"),
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        CONFIG,
        sorted(str(path) for name in ("prisma.csv", "verdicts.yaml") for path in Path("config/text").glob(name)),
        code("stages/appraisal.py", "stages/sensitivity.py", "stages/contrasts.py", "stages/findings.py", "stages/verdicts.py",
             "stages/certainty.py", "stages/missing.py", "stages/evidence_map.py", "stages/citations.py", "stages/words.py",
             "stages/published.py", "stages/regression_to_mean.py", "stages/bias_weights.py", "stages/flow.py", "stages/prisma.py",
             "stages/analyses.py", "text/*", "measures/*", "models/*"),
    output:
        update(processed(*VERDICTS)),
    shell:
        "{EVIDENCE} verdicts"
