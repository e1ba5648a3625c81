"""What spreadsheets and hands do to a CSV: read right, or named with file, line and remedy."""

import csv
from pathlib import Path

import pytest

import evidence as ev
from evidence.stages.tables import csv_text
from evidence.stages.tables.sheet import read_sheet
from evidence.store.cells import clean, complaint, is_date, near, number
from evidence.store.schema import TABLES, load
from tests.support.checking import PAIR
from tests.support.toy import folder

ROOT = Path(__file__).parents[4]
UNITS = load("units")
HEAD = "outcome,unit,to_unit,factor,source\n"
ROW = "level,u,u,1,same\n"


def read(tmp_path, content, schema=UNITS):
    path = tmp_path / f"{schema.name}.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sheet(path, schema)


def said(sheet):
    return [str(problem) for problem in sheet.problems]


def factors(sheet):
    return [row["factor"] for row in sheet.rows]


def test_the_evidence_base_is_read_as_the_standard_library_reads_it():
    for name in TABLES:
        path = ROOT / f"data/raw/{name}.csv"
        sheet = read_sheet(path, load(name))
        with open(path, encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert sheet.problems == [] and len(sheet.rows) == len(rows), name
        for ours, theirs in zip(sheet.rows, rows, strict=True):
            assert {column: ours.get(f"{column}_text", ours[column]) for column in theirs} == theirs


def test_line_is_where_a_record_starts(tmp_path):
    sheet = read(tmp_path, HEAD + 'level,u,u,1,"one\ntwo\r\nthree"\n' + ROW + "\n\n" + ROW)
    assert [row["line"] for row in sheet.rows] == [2, 5, 8]
    assert sheet.rows[0]["source"] == "one\ntwo\nthree"
    assert said(sheet) == []


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEAD + ROW,
        (HEAD + ROW).replace("\n", "\r\n"),
        (HEAD + ROW).replace("\n", "\r"),
        (HEAD + ROW).replace(",", ";"),
        (HEAD + ROW).replace(",", "\t"),
        "sep=;\n" + (HEAD + ROW).replace(",", ";"),
        HEAD + ROW + "\n ,,,,\n,,,,\n\n",
        HEAD.replace("\n", ",,\n") + ROW.replace("\n", ",,\n"),
        HEAD + ROW.strip(),
        HEAD + "\u00a0level\u200b, u ,\tu,\u00a01,same\n",
        "\n" + HEAD + ROW,
        '"outcome","unit","to_unit","factor","source"\n"level","u","u","1","same"\n',
    ],
    ids=["bom", "crlf", "cr", "semicolon", "tab", "sep line", "blank rows", "blank columns", "no last line break",
         "invisible spaces", "blank first line", "all quoted"],
)  # fmt: skip
def test_what_spreadsheets_do_is_read(tmp_path, content):
    sheet = read(tmp_path, content)
    assert said(sheet) == []
    assert [{name: row[name] for name in UNITS.needed} for row in sheet.rows] == [
        {"outcome": "level", "unit": "u", "to_unit": "u", "factor": 1.0, "source": "same"}
    ]


def test_utf_16_is_read(tmp_path):
    sheet = read(tmp_path, (HEAD + ROW).replace(",", "\t").encode("utf-16"))
    assert said(sheet) == [] and factors(sheet) == [1.0]


def test_windows_1252_is_read_with_a_notice(tmp_path):
    content = (HEAD + ROW).encode() + "level,\u00b5g/L,u,1,Bj\u00f6rk\n".encode("cp1252") + "level,µg,u,1,x\n".encode()
    sheet = read(tmp_path, content)
    assert [row["unit"] for row in sheet.rows] == ["u", "µg/L", "µg"]
    assert said(sheet) == [
        "data/raw/units.csv:3: not UTF-8 in line 3, read as Windows-1252 (Latin-1). Check accents and signs there. "
        'Save it as "CSV UTF-8 (comma delimited)".'
    ]
    assert sheet.problems[0].blocks == "no"


@pytest.mark.parametrize(
    ("text", "value"),
    [("5.3", 5.3), ("-5", -5), ("+2", 2), ("\u22125.3", -5.3), ("\u20132", -2), (".5", 0.5), ("5.", 5), ("1e-3", 0.001),
     ("5,3", 5.3), ("0,125", 0.125), ("1234,5", 1234.5), ("1.000", 1.0), ("120", 120)],
)  # fmt: skip
def test_numbers(text, value):
    assert number(clean(text)) == value


@pytest.mark.parametrize("text", ["1,234", "1.234,5", "1,234.5", "1 234", "inf", "nan", "1_000", "1e999", "1e-40", "0x10", "٣", "", "--5"])
def test_no_numbers(text):
    assert number(text) is None


def test_decimal_commas_of_a_whole_file(tmp_path):
    rows = "".join(f"level;u{i};u;{factor};x\n" for i, factor in enumerate(["5,3", "1,234", "2"]))
    assert factors(read(tmp_path, HEAD.replace(",", ";") + rows)) == [5.3, 1.234, 2.0]
    mixed = read(tmp_path, HEAD.replace(",", ";") + rows + "level;v;u;7.5;x\n")
    assert factors(mixed) == [5.3, None, 2.0, 7.5]
    points = read(tmp_path, HEAD.replace(",", ";") + "level;u;u;5,3;x\nlevel;v;u;1.234;x\n")
    assert factors(points) == [5.3, None]


def test_decimal_commas_are_points_in_what_is_printed(tmp_path):
    """A table saved by a spreadsheet with decimal commas makes the same bytes as one with points."""
    commas = read(tmp_path, HEAD.replace(",", ";") + "level;u;u;5,30;x\nlevel;v;u;1,234e-3;x\nlevel;w;u;;x\n")
    points = read(tmp_path, HEAD + "level,u,u,5.30,x\nlevel,v,u,1.234e-3,x\nlevel,w,u,,x\n")
    assert commas.columns == points.columns
    assert commas.columns["factor_text"] == ["5.30", "1.234e-3", ""]


def test_rows_pasted_with_the_other_separator(tmp_path):
    file = "data/raw/units.csv:3: the row has 1 cell, the header 5. It is written with"
    semicolons = read(tmp_path, HEAD.replace(",", ";") + "level;u;u;1;x\nlevel,v,u,2,x\n")
    assert said(semicolons) == [f"{file} commas between the cells, the first row with semicolons: use these."]
    commas = read(tmp_path, HEAD + "level,u,u,1,x\nlevel;v;u;2;x\n")
    assert said(commas) == [f"{file} semicolons between the cells, the first row with commas: use these."]


@pytest.mark.parametrize(
    ("text", "words", "remedies"),
    [
        ("1.290", '"1.290" can be read as 1,290 or as 1290. Type 1,290 or 1290, whichever the source means.', ("1,290", "1290")),
        ("1.234.567,8", '"1.234.567,8" has a thousands separator. Type it without (did you mean 1234567,8?).', ("1234567,8",)),
    ],
)
def test_what_is_to_be_typed_can_be_read_in_a_file_with_decimal_commas(tmp_path, text, words, remedies):
    head, row = HEAD.replace(",", ";"), "level;u;u;5,3;x\n"
    assert said(read(tmp_path, head + row + f"level;v;u;{text};x\n")) == [f"data/raw/units.csv:3 factor: {words}"]
    for typed in remedies:
        assert said(read(tmp_path, head + row + f"level;v;u;{typed};x\n")) == []


def test_semicolons_mean_decimal_commas_unless_a_point_is_there(tmp_path):
    head = HEAD.replace(",", ";")
    assert factors(read(tmp_path, head + "level;u;u;1.234;x\n")) == [None]
    assert factors(read(tmp_path, head + "level;u;u;1,234;x\n")) == [1.234]
    assert factors(read(tmp_path, head + "level;u;u;1.234;x\nlevel;v;u;0.5;x\n")) == [1.234, 0.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"1,234"', '"1,234" can be read as 1.234 or as 1234. Type 1.234 or 1234, whichever the source means.'),
        ('"1,234.5"', '"1,234.5" has a thousands separator. Type it without (did you mean 1234.5?).'),
        ("1.234.567", '"1.234.567" has a thousands separator. Type it without (did you mean 1234567?).'),
        ("1 234", '"1 234" has a thousands separator. Type it without (did you mean 1234?).'),
        ("12-May", '"12-May" is a date: a spreadsheet turned a number or a range such as 5-12 into it. '
         "Type what the source prints, with the column formatted as text."),
        ("2021-05-12", '"2021-05-12" is a date: a spreadsheet turned a number or a range such as 5-12 into it. '
         "Type what the source prints, with the column formatted as text."),
        ("NA", '"NA" is no number. Leave the cell empty where the source does not state it.'),
        ("–", '"–" is no number. Leave the cell empty where the source does not state it.'),
        ("12.5%", '"12.5%" is no number. Type the number alone (did you mean 12.5?), its unit or remark in the column for it.'),
        ("5.3±0.2", '"5.3±0.2" is no number. Type 5.3 here, and the spread in spread_low.'),
        ("<.001", '"<.001" is no number. Type .001 here, and the < in p_operator if it is a p-value.'),
        ("p<0.001", '"p<0.001" is no number. Type 0.001 here, and the < in p_operator if it is a p-value.'),
        ("P = 0.03", '"P = 0.03" is no number. Type 0.03 here, and the = in p_operator if it is a p-value.'),
        ("260-320", '"260-320" is no number. Type a number such as 10, or leave the cell empty where the source states none.'),
        ("<0.001", '"<0.001" is no number. Type 0.001 here, and the < in p_operator if it is a p-value.'),
        ("ten", '"ten" is no number. Type a number such as 10, or leave the cell empty where the source states none.'),
        ("1e999", '"1e999" is too large or too small. Type a number such as 10.'),
        ("=1+1", '"=1+1" is no number. It is a formula, or the error of one: paste the values alone.'),
    ],
)  # fmt: skip
def test_what_is_no_number_is_named(tmp_path, text, words):
    sheet = read(tmp_path, HEAD + ROW + f"level,v,u,{text},x\n")
    assert said(sheet) == [f"data/raw/units.csv:3 factor: {words}"]
    assert factors(sheet) == [1.0, None] and sheet.readable


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("3 months", 13),
        ("6 mo", 26),
        ("1 year", 52),
        ("2 yrs", 104),
        ("10 days", 1.4),
        ("12 weeks", 12),
        ("12wk", 12),
        ("1 month", 4.3),
        ("2 months", 8.7),
        ("14 d", 2),
    ],
)
def test_other_units_of_time_are_told_in_weeks(tmp_path, text, weeks):
    schema = load("groups")
    sheet = read(tmp_path, ",".join(schema.fields) + f"\ns,a,A,,treatment,d,,{text},12,,\n", schema)
    assert said(sheet) == [f'data/raw/groups.csv:2 weeks: "{text}" is no number. Type the number of weeks (did you mean {weeks:g}?).']


def test_a_range_of_participants(tmp_path):
    schema = load("groups")
    sheet = read(tmp_path, ",".join(schema.fields) + "\ns,a,A,,treatment,d,,,12-14,,\n", schema)
    assert said(sheet) == [
        'data/raw/groups.csv:2 n: "12-14" is no number. Type the number behind this very row; if the source gives only the range, 12, '
        "with 12-14 in the note."
    ]


def test_a_fraction_of_a_person(tmp_path):
    schema = load("groups")
    sheet = read(tmp_path, ",".join(schema.fields) + "\ns,a,A,,treatment,d,,,12.5,,\n", schema)
    assert said(sheet) == ["data/raw/groups.csv:2 n: 12.5 is no whole number. Type one such as 12."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.234", "1.234 is no whole number. Type one such as 12 (did you mean 1234?)."),
        ('"1,234"', '"1,234" has a thousands separator. Type it without (did you mean 1234?).'),
    ],
)
def test_thousands_of_people(tmp_path, text, words):
    schema = load("groups")
    sheet = read(tmp_path, ",".join(schema.fields) + f"\ns,a,A,,treatment,d,,,{text},,\n", schema)
    assert said(sheet) == [f"data/raw/groups.csv:2 n: {words}"]


def test_formulae_are_text(tmp_path):
    sheet = read(tmp_path, HEAD + "level,u,u,1,=cmd|' /C calc'!A0\n")
    assert said(sheet) == [] and sheet.rows[0]["source"] == "=cmd|' /C calc'!A0"


FILES = {
    "empty": (b"", "data/raw/units.csv: the file is empty. "
              "It needs at least the row of column names; see data/raw/README.md."),
    "blank": (b"\n ,,\n\n", "data/raw/units.csv: the file is empty. "
              "It needs at least the row of column names; see data/raw/README.md."),
    "workbook": (b"PK\x03\x04rest", "data/raw/units.csv: the file is a workbook, not a CSV. "
                 'Save it as "CSV UTF-8 (comma delimited)".'),
    "nul": (HEAD.encode() + b"level\0,u,u,1,x\n", "data/raw/units.csv:2: there is a NUL byte: the file is damaged or "
            'no text. Save it as "CSV UTF-8 (comma delimited)".'),
    "half utf-16": (b"\xff\xfea\0b", "data/raw/units.csv: the file begins as UTF-16 but is not. "
                    'Save it as "CSV UTF-8 (comma delimited)".'),
    "open quote": (HEAD.encode() + b'level,u,u,1,"x\nlevel,v,u,1,x\n', "data/raw/units.csv:2: a quotation mark opened in "
                   'this row is never closed. Close it; a quotation mark within a quoted text is typed twice ("").'),
    "stray quote": (HEAD.encode() + b'level,u,u,1,"x" y\n', "data/raw/units.csv:2: a quotation mark stands inside a cell. "
                    'Close it; a quotation mark within a quoted text is typed twice ("").'),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read(tmp_path, case):
    content, words = FILES[case]
    sheet = read(tmp_path, content)
    assert said(sheet) == [words] and not sheet.readable


def test_a_quoted_cell_too_long_to_be_one(tmp_path):
    sheet = read(tmp_path, HEAD + 'level,u,u,1,"' + "x\n" * 200_000 + '"\n')
    what = "a cell has more than 131,072 letters: a quotation mark opened in this row is perhaps never closed"
    assert said(sheet) == [FILES["open quote"][1].replace("a quotation mark opened in this row is never closed", what)]


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "units.csv"
    with open(path, "wb") as handle:
        handle.truncate(1_000_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read into memory"))
    assert said(read_sheet(path, UNITS)) == [
        "data/raw/units.csv: the file has 1,000 MB, more than the 250 MB that are read. Check that it is the right file."
    ]


def test_a_missing_file(tmp_path):
    sheet = read_sheet(tmp_path / "units.csv", UNITS)
    assert said(sheet) == ["data/raw/units.csv: the file is missing. Put it there, or make an empty one with: evidence new FOLDER."]
    assert read_sheet(tmp_path / "claims.csv", load("claims")).readable


@pytest.mark.parametrize("name", ["units.xlsx", "units.xls", "units.ods", "Units.XLSX", "units.csv.xlsx", "units.tsv", "units.txt"])
def test_a_workbook_beside_a_missing_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert said(read_sheet(tmp_path / "units.csv", UNITS)) == [
        f'data/raw/units.csv: the file is missing, while {name} is there. Open it and save it as "CSV UTF-8 (comma delimited)", '
        "under the name units.csv."
    ]


def test_a_workbook_of_a_table_that_may_be_missing(tmp_path):
    (tmp_path / "claims.xlsx").write_bytes(b"x")
    sheet = read_sheet(tmp_path / "claims.csv", load("claims"))
    assert "while claims.xlsx is there" in said(sheet)[0] and not sheet.readable
    (tmp_path / "units.csv").write_text(HEAD + ROW)
    (tmp_path / "units.xlsx").write_bytes(b"x")
    assert said(read_sheet(tmp_path / "units.csv", UNITS)) == []


def test_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "units.csv").mkdir()
    assert "the file is missing" in said(read_sheet(tmp_path / "units.csv", UNITS))[0]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("outcome,unit,to_unit,faktor,source",
         ['data/raw/units.csv:1 factor: the column is missing, while there is "faktor". Correct the name to "factor".']),
        ("outcome,unit,to_unit,factor,source,extra",
         ['data/raw/units.csv:1: "extra" is no column of this table. Delete it, or correct its name.']),
        ("outcome,unit,unit,to_unit,factor,source",
         ["data/raw/units.csv:1 unit: the column stands there twice. Delete or rename one of them."]),
        ("outcome,unit,,to_unit,factor,source",
         ["data/raw/units.csv:1: a column without a name is no column of this table. Delete it, or correct its name."]),
    ],
    ids=["misspelt", "extra", "doubled", "nameless"],
)  # fmt: skip
def test_headers(tmp_path, head, words):
    sheet = read(tmp_path, head + "\n")
    assert said(sheet) == words and not sheet.readable


@pytest.mark.parametrize("head", ["Outcome,UNIT,To Unit,factor,Source", "outcome,unit,to-unit,Factor,source"])
def test_column_names_may_be_typed_otherwise(tmp_path, head):
    sheet = read(tmp_path, head + "\n" + ROW + head + "\n")
    assert said(sheet) == ["data/raw/units.csv:3: the row repeats the column names. Delete it: they stand above the rows, once."]
    assert factors(sheet) == [1.0]


WIDE = "the first row has {} names, while 4 of 4 rows have {} cells"


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        (HEAD, "level,u,x,u,1,same\n", f"{WIDE.format(5, 6)}. Give the added column its name, or delete its cells."),
        ("outcome,unit,factor,source\n", ROW, f"{WIDE.format(4, 5)}. Put the name to_unit back over its cells."),
        (
            HEAD,
            "level,u,1,same\n",
            f"{WIDE.format(5, 4)}. Delete the name of the column that the rows do not have, or add its cells, empty ones too.",
        ),
    ],
    ids=["cells added", "name lost", "cells lost"],
)
def test_a_column_of_all_rows_is_one_error(tmp_path, head, row, words):
    sheet = read(tmp_path, head + row * 4)
    assert said(sheet) == [f"data/raw/units.csv:1: {words}"] and not sheet.readable


def test_many_dates_are_one_error(tmp_path):
    rows = "".join(f"level,u{i},u,0{i}. Mrz,x\n" for i in range(1, 6))
    assert said(read(tmp_path, HEAD + rows)) == [
        'data/raw/units.csv:2 factor: 5 cells are dates, such as "01. Mrz" (lines 2 to 6): a spreadsheet turned numbers into them. '
        "Go back to the file from before, and import it with this column as text and the point as decimal sign."
    ]


def test_a_header_that_is_lost(tmp_path):
    assert said(read(tmp_path, ROW + ROW)) == [
        'data/raw/units.csv:1: the first row holds none of the column names: it is "level,u,u,1,same". '
        "Put the column names back above the rows, as they are: outcome,unit,to_unit,factor,source."
    ]


def test_column_names_that_stand_among_the_rows(tmp_path):
    sheet = read(tmp_path, HEAD + ROW + "\ufeff" + HEAD + ROW.replace("u,u", "v,u"))
    assert said(sheet) == ["data/raw/units.csv:3: the row repeats the column names. Delete it: they stand above the rows, once."]
    assert [row["line"] for row in sheet.rows] == [2, 4]


@pytest.mark.parametrize("text", ["260-320", "260 – 320", "260 to 320", "(260; 320)", "[260, 320]"])
def test_both_ends_in_one_cell(tmp_path, text):
    schema = load("measurements")
    row = dict.fromkeys(schema.fields, "") | {"value": "290", "spread_low": f'"{text}"'}
    sheet = read(tmp_path, ",".join(schema.fields) + "\n" + ",".join(row.values()) + "\n", schema)
    assert said(sheet) == [f'data/raw/measurements.csv:2 spread_low: "{text}" is no number. Type 260 in spread_low and 320 in spread_high.']


def test_rows_of_wrong_width(tmp_path):
    sheet = read(tmp_path, HEAD + "level,u,u,1,a, comma\nlevel,u, old,u,1,\nlevel,v,u\n")
    remedy = "Put a text or number that holds the separator in quotation marks"
    assert said(sheet) == [
        f"data/raw/units.csv:2: the row has 6 cells, the header 5. {remedy}.",
        f"data/raw/units.csv:3: the row has 6 cells, the header 5. {remedy}; if none does, delete the empty cells at its end.",
        "data/raw/units.csv:4: the row has 3 cells, the header 5. "
        "Add the missing cells, empty ones too; a line break within a text needs quotation marks.",
        'data/raw/units.csv:3 factor: "u" is no number. Type a number such as 10, or leave the cell empty where the source states none.',
    ]


def test_control_characters_are_named(tmp_path):
    sheet = read(tmp_path, HEAD + "level,u\x07,u,1,x\n")
    assert said(sheet) == ["data/raw/units.csv:2 unit: the cell holds a control character that cannot be seen. Type the text anew."]


def test_did_you_mean():
    assert near("ng/dl", ("ng/dL", "nmol/L")) == ' (did you mean "ng/dL"?)'
    assert near("NG/DL", ("ng/dL", "nmol/L")) == ' (did you mean "ng/dL"?)'
    assert near("NG/DL", ("ng/dL", "ng/dl")) == ' (did you mean "ng/dL"?)'
    assert near("kg", ("ng/dL", "nmol/L")) == ""
    assert near("RCT", ("before_after", "rct_parallel", "rct_crossover")) == ' (did you mean "rct_parallel"?)'


@pytest.mark.parametrize(
    "text",
    [
        "12-May",
        "5. Mai 2021",
        "May-12",
        "2021-05-12",
        "12/05/2021",
        "3/4",
        "12.05.21",
        "01-Dez",
        "Mai 12",
        "Sept-5",
        "March 1993",
        "3. Mrz",
        "Jan-96",
    ],
)
def test_dates_are_known(text):
    assert is_date(text)


@pytest.mark.parametrize("text", ["12 men", "837-41", "5-12", "May", "3.4", "1/2 dose", "March of 12",
                                  "Marquez 1993", "Decker 1999", "Novak 2001", "Julian 2004", "Mayer-12", "Martin 12", "24/30"])  # fmt: skip
def test_no_dates(text):
    assert not is_date(text)


def test_tables_have_the_types_of_the_schema(tmp_path):
    tables = ev.read(folder(tmp_path, measurements=PAIR))
    for name in TABLES:
        frame, schema = getattr(tables, name), load(name)
        assert [column for column in frame if not column.endswith("_text")] == [*schema.fields, "line"]
        for column in schema.fields:
            assert frame[column].dtype == ("float64" if column in schema.numbers else "object")
            if column in schema.numbers:
                assert all(isinstance(text, str) for text in frame[f"{column}_text"])
    measurements = tables.measurements
    assert measurements["n"].isna().all() and list(measurements["value"]) == [10.0, 12.0]
    assert list(measurements["value_text"]) == ["10", "12"] and list(measurements["line"]) == [2, 3]
    assert (tables.measurements["versus"] == "").all() and len(tables.claims) == 0
    assert list(tables.flags.columns) == [
        "file", "line", "column", "what", "remedy", "rule", "table", "study_id", "group_id", "outcome", "timepoint", "blocks",
    ]  # fmt: skip


def test_read_raises_all_errors_of_all_files_at_once(tmp_path):
    place = folder(tmp_path, measurements=[{"value": "x"}, {"outcome": "levle"}], groups=[{"arm": "drug"}])
    with pytest.raises(ev.EvidenceError) as caught:
        ev.read(place)
    assert [(problem.file, problem.line, problem.column) for problem in caught.value.problems] == [
        ("data/raw/groups.csv", 2, "arm"),
        ("data/raw/measurements.csv", 2, "value"),
        ("data/raw/measurements.csv", 3, "outcome"),
    ]
    assert str(caught.value).count("\n") == 2


def test_limit_of_size_is_stated():
    assert csv_text.LIMIT_BYTES == 250_000_000


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("value", "=B2*2", "It is a formula, or the error of one: paste the values alone."),
        ("value", "#REF!", "It is a formula, or the error of one: paste the values alone."),
        ("value", "(5.3)", "Type a negative number with its sign (did you mean -5.3?)."),
        ("value", "5.3 (0.2)", "Type 5.3 here, and the spread in spread_low."),
        ("value", "5.3 (SD 0.2)", "Type 5.3 here, and the spread in spread_low."),
        ("value", "290 [260-320]", "Type 290 here, and 260 and 320 in spread_low and spread_high."),
        ("value", "'5.3", "Type the number alone (did you mean 5.3?), its unit or remark in the column for it."),
        ("n", "24/30", "Type 24 here if it means 24 of 30; 30 is an n of its own, of the group or of the events."),
        ("n", "24 of 30", "Type 24 here if it means 24 of 30; 30 is an n of its own, of the group or of the events."),
        ("p_value", "NS", "Leave the cell empty, unless the source prints a threshold: then type > and that number."),
    ],
)
def test_what_to_do_about_a_number_with_something_beside_it(name, text, remedy):
    assert complaint(text, load("measurements").fields[name]) == (f'"{text}" is no number', remedy)


def test_rows_above_the_column_names(tmp_path):
    assert said(read(tmp_path, "Extraction by AB\nMarch 2024,x\n" + HEAD + ROW)) == [
        'data/raw/units.csv:1: the first row holds none of the column names: it is "Extraction by AB". '
        "Delete what stands above the column names in line 3."
    ]


def test_rows_quoted_as_a_whole(tmp_path):
    assert said(read(tmp_path, f'"{HEAD.strip()}"\n"{ROW.strip()}"\n'))[0].endswith(
        'Each row is in quotation marks, as one cell: split it at the commas, and save it as "CSV UTF-8 (comma delimited)".'
    )


@pytest.mark.parametrize("name", ["units (1).csv", "Units.csv", "units_final.csv", "units-copy.csv", "units v2.csv"])
def test_a_copy_beside_a_missing_file(tmp_path, name):
    (tmp_path / name).write_text(HEAD + ROW)
    assert said(read_sheet(tmp_path / "units.csv", UNITS)) == [
        f'data/raw/units.csv: the file is missing, while "{name}" is there. If it is this table, name it units.csv.'
    ]
