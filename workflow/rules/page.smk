rule page:
    input:
        raw(),
        processed(*RAW_TABLES, "flags", "unused", "effects", "pools", "members", "opinion", "regressions", "subgroups", "changes", *VERDICTS),
        CONFIG,
        sorted(map(str, Path("config/text").glob("*"))),
        code("page", "stages/page/page.py", "stages/changes/releases.py", "stages/trace/*.py", "stages/report/template/*.md", "stages/page/script/*", "document/fonts/*", "words/text/*", "store/schemas/*"),
    output:
        update("reports/index.html"),
    benchmark:
        record("page")
    resources:
        mem_mb=2000,
        runtime=30,
    shell:
        stage("page")
