"""The reports as a numbered list in the style of the American Medical Association."""

from evidence.document.blocks import missing, run

NO_AUTHORS, NO_TITLE, NO_YEAR = (f"[{what} not in the record]" for what in ("authors", "title", "year"))


def references(inputs, prose):
    """All reports in the order of their labels."""
    ordered = sorted(inputs.references, key=inputs.references.get)
    items = [{"id": f"ref-{name}", "runs": reference(inputs.studies[name])} for name in ordered]
    return [{"kind": "references", "items": items}]


def reference(study):
    """One report; what the record lacks is said, never filled in."""
    made = [run(f"{authors(study.authors)}. {ended(study.title or NO_TITLE)} ")]
    if study.journal:
        made.append(run(f"{study.journal}. ", "italic"))
    made += [run(f"{published(study)}."), *identifiers(study)]
    if study.identity != "verified":
        made.append(run(" Provisional: not yet checked against a bibliographic record.", "small"))
    return made


def published(study):
    """Year;volume(issue):pages."""
    year = NO_YEAR if missing(study.year) else f"{study.year:.0f}"
    issue = f"({study.issue})" if study.issue else ""
    pages = f":{study.pages}" if study.pages else ""
    place = f"{study.volume}{issue}{pages}"
    return f"{year};{place}" if place else year


def ended(title):
    return title if title[-1:] in ".?!" else f"{title}."


def authors(text):
    """All up to six authors, else the first three and et al."""
    names = [name.strip().rstrip(".,") for name in text.split(";") if name.strip()]
    if len(names) > 6:
        names = [*names[:3], "et al"]
    return ", ".join(names) or NO_AUTHORS


def identifiers(study):
    """DOI or PubMed number as a link, else the record."""
    if study.doi:
        return [run(" "), run(f"doi:{study.doi}", "link", url=f"https://doi.org/{study.doi}")]
    if study.pmid:
        return [run(" "), run(f"PMID {study.pmid}", url=f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/")]
    if study.record_url.startswith("http"):
        return [run(" "), record_link(study)]
    return []


def record_link(study):
    """The site of a report's record, linked."""
    site = study.record_url.split("/")[2].removeprefix("www.")
    return run(site, "link", url=study.record_url)
