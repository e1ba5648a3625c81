rule page:
    input:
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "changes", *VERDICTS),
        CONFIG,
        sorted(map(str, Path("config/text").glob("*.md"))),
        code("stages/page*.py", "stages/trace*.py", "stages/content*.py", "stages/plotting.py", "template/*.md", "template/page/*"),
    output:
        update("reports/index.html"),
    shell:
        "{EVIDENCE} page"
