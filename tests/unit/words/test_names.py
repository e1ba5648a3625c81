"""Labels of studies, and ids inside a text in words."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import evidence as ev
from evidence.words.names import label, named, spelled

LABELS = [
    (("raman2002", "Raman JD; Schlegel PN", 2002), "Raman & Schlegel 2002"),
    (("burnett2009b", "Burnett-Bowie SAM; McKay EA; Lee H", 2009), "Burnett-Bowie et al. 2009b"),
    (("tsjoen2005", "T'Sjoen GG; Giagulli VA; Delva H", None), "T'Sjoen et al. 2005"),
    (("smith2010", "Smith J et al.", 2011), "Smith et al. 2011"),
    (("zumoff2003", "", None), "Zumoff 2003"),
    (("de_boer2005a", "", 2006), "De boer 2006a"),
    (("nct03490513", "", None), "nct03490513"),
    (("silva_nd", "Silva NL; Suarez C", None), "silva_nd"),
]


@pytest.mark.parametrize(("study", "expected"), LABELS, ids=[expected for _, expected in LABELS])
def test_the_record_is_asked_first_then_the_id(study, expected):
    study_id, authors, year = study
    assert label(SimpleNamespace(study_id=study_id, authors=authors, year=float("nan") if year is None else float(year))) == expected


def test_the_labels_of_the_review_tell_its_reports_apart():
    found = [label(study) for study in ev.read(Path(__file__).parents[3]).studies.itertuples()]
    assert len(set(found)) == len(found)


IDS = {"sperm_count": "sperm count", "lee2003": "Lee et al. 2003", "estradiol": "Oestradiol", "arm_b": "arm b"}
TEXTS = [
    ("outside 0.3 to 2.5 of sperm_count; lee2003 prints the same", "outside 0.3 to 2.5 of sperm count; Lee et al. 2003 prints the same"),
    ("the men of lee2003.", "the men of Lee et al. 2003."),
    ("estradiol fell", "estradiol fell"),
    ("lee2003.arm_b.sperm_count", "lee2003.arm_b.sperm_count"),
    ("other_thing and lee20033", "other_thing and lee20033"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[text for text, _ in TEXTS])
def test_ids_become_words_and_words_stay(text, expected):
    assert named(text, IDS) == expected


def test_words_for_the_ids_of_the_review():
    words = spelled(ev.read(Path(__file__).parents[3]))
    assert words["raman2002"] == "Raman & Schlegel 2002"
    assert words["te_ratio"] == "testosterone to estradiol ratio" and words["homa_ir"] == "HOMA-IR"
    assert words["testolactone_oligozoospermic"] == "testolactone oligozoospermic"
