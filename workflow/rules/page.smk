rule page:
    input:
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "changes", *VERDICTS),
        CONFIG,
        sorted(map(str, Path("config/text").glob("*.md"))),
        code("stages/page.py", "stages/trace*.py", "template/*.md", "template/page/*", "text/*", "schema/*"),
    output:
        update("reports/index.html"),
    shell:
        stage("page")
