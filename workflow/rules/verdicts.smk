rule verdicts:
    input:
        processed(*RAW_TABLES, "flags"),
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        CONFIG,
        code("stages/appraisal.py", "stages/sensitivity.py", "stages/contrasts.py", "stages/findings.py", "stages/verdicts.py",
             "stages/certainty.py", "stages/missing.py", "stages/evidence_map.py", "stages/citations.py", "stages/words.py",
             "stages/analyses.py", "text/*", "models/*"),
    output:
        update(processed(*VERDICTS)),
    shell:
        "{EVIDENCE} verdicts"
