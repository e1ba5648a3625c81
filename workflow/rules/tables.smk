rule tables:
    input:
        CONFIG,
        raw=raw(),
        code=code("schema/*", "problems.py", "stages/tables.py", "stages/reading.py", "stages/cells.py", "stages/checks*.py",
                  "stages/schemas.py", "config.py"),
    output:
        update(processed(*RAW_TABLES, "flags")),
    shell:
        "{EVIDENCE} tables"
