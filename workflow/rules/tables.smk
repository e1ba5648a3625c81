rule tables:
    input:
        raw=raw(),
        code=code("schema/*", "stages/tables.py", "stages/reading.py", "stages/checks*.py"),
    output:
        update("data/processed/measurements.csv"),
        update("data/processed/flags.csv"),
    shell:
        "{EVIDENCE} tables"
