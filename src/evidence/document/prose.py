"""The report's prose: text with numbers by name, such as {hb.before_after.all.headline:change}.

A text is paragraphs apart by an empty line, lists of lines that begin with "- ", and *italic* or
**bold** words. {name:form} is a number of the report; nothing that a number or a name of the data
holds is read as markup. {{ and }} are braces.
"""

import difflib
import re

from evidence.document.blocks import run
from evidence.problems import EvidenceError, Problem

TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|\*\*|\*|\[([^\]]*)\]\((https?://[^)\s]+)\)")


class Prose:
    """Texts by name, with the numbers that they may name.

    Parameters
    ----------
    texts : dict of (str, str)
        File and text by name.
    names : callable
        ``names(name, form)``: the words of a number; raises LookupError with what is wrong and what is near.
    """

    def __init__(self, texts, names):
        self.texts, self.names, self.problems = texts, names, []

    def blocks(self, name):
        """Paragraphs and lists of a text as blocks; none if there is no such text."""
        made = []
        for line, part in parts(self.texts.get(name, ("", ""))[1]):
            if part[0].startswith("- "):
                made.append({"kind": "list", "items": [self.styled(name, at, item) for at, item in items(line, part)]})
            else:
                paragraph = self.styled(name, line, "\n".join(part))
                made += [{"kind": "text", "paragraphs": [paragraph]}] if paragraph else []
        return made

    def paragraphs(self, name):
        return [one for block in self.blocks(name) for one in block.get("paragraphs", block.get("items"))]

    items = paragraphs

    def runs(self, name):
        """A text of one paragraph as runs."""
        return [piece for paragraph in self.paragraphs(name) for piece in paragraph]

    def styled(self, name, line, text):
        """One paragraph as runs, every number in its place."""
        made, style, end = [], [], 0
        for token in TOKEN.finditer(text):
            made.append(run(flat(text[end : token.start()]), "".join(style)))
            end = token.end()
            if token[0] in ("{{", "}}"):
                made.append(run(token[0][0], "".join(style)))
            elif token[0] in ("*", "**"):
                word = {"*": "italic", "**": "bold"}[token[0]]
                style = [] if style == [word] else [word]
            elif token[3]:
                made.append(run(token[2], url=token[3]))
            else:
                at = line + text[: token.start()].count("\n")
                made.append(run(self.number(name, at, token[1]), "".join(style)))
        made.append(run(flat(text[end:]), "".join(style)))
        return [piece for piece in made if piece["text"]]

    def number(self, name, line, text):
        """Words of a named number; what is wrong is kept, to be told with all else."""
        if text is None:
            remedy = "Close it, or double it where a brace is meant."
            self.problems.append(Problem(self.texts[name][0], line, "", "a brace without its partner", remedy))
            return ""
        key, _, form = text.strip().partition(":")
        try:
            return self.names(key.strip(), form.strip())
        except LookupError as error:
            what, remedy = error.args
            self.problems.append(Problem(self.texts[name][0], line, "{" + text + "}", what, remedy))
            return ""

    def check(self):
        """Raise what was wrong in any text that was used."""
        if self.problems:
            raise EvidenceError(self.problems)


def flat(text):
    """Text on one line."""
    return re.sub(r"\s+", " ", text)


def parts(text):
    """Paragraphs and lists with the line that each begins on."""
    found, lines = [], []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            lines.append(line)
        elif lines:
            found.append((number - len(lines), lines))
            lines = []
    return [part for part in found if not part[1][0].startswith("#")]


def items(line, lines):
    """Items of a list, each with its line; an indented line goes on with the item above."""
    found = []
    for number, text in enumerate(lines, line):
        if text.startswith("- "):
            found.append((number, text[2:]))
        else:
            at, above = found.pop()
            found.append((at, f"{above}\n{text.strip()}"))
    return found


def near(word, words):
    """Did you mean ...?"""
    close = difflib.get_close_matches(word, list(words), 1, 0.5)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(list(words)[:12])}{', ...' if len(words) > 12 else ''}."
