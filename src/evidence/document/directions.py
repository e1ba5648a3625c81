"""Letters that run from right to left, Arabic and Hebrew, in a line that runs from left to right.

Numbers and signs after such letters would join them: "כהן 2021, 12 people" would show 12 before 2021. A left-to-right mark ends each
run of such letters, so that what follows stands where the line puts it (Unicode Standard Annex 9, section 2.6).
"""

import re

MARK = "\N{LEFT-TO-RIGHT MARK}"
LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
BETWEEN = rf"(?:(?!{LETTER})(?![^\W\d_])[^\n])*"  # what stands between two words of a run: no letter of another script
RUN = re.compile(f"{LETTER}+(?:{BETWEEN}{LETTER}+)*")


def end_runs(text):
    """Text with a left-to-right mark after each run of letters that run from right to left."""
    return text if text.isascii() else RUN.sub(rf"\g<0>{MARK}", text)
