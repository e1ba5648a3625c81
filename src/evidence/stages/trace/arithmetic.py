"""Arithmetic that is computed and printed from one and the same expression."""

import ast
import math
import operator
import re
from dataclasses import dataclass, field

from evidence.engine.measures.summary import ALMOST_EQUAL
from evidence.engine.numerics.distributions import quantile

OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.USub: operator.neg,
}  # fmt: skip
NAME = re.compile(r"\b[a-z]\w*\b(?!\()")


def unbiasing(m):
    """c(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)). Hedges 1981 [hedges1981]."""
    return math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)


def exponential(x):
    """e^x, infinite beyond what a computer's number can hold, as in the tables."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


FUNCTIONS = {
    "sqrt": math.sqrt, "ln": math.log, "exp": exponential, "tanh": math.tanh, "atanh": math.atanh, "sin": math.sin, "asin": math.asin, "abs": abs,
    "max": max, "min": min,
    "c": unbiasing, "z": lambda p: float(quantile(p)), "t": lambda p, df: float(quantile(p, df)),
}  # fmt: skip


def evaluate(expression, numbers):
    """Value of an arithmetic expression over named numbers and FUNCTIONS.

    Parameters
    ----------
    expression : str
        In Python's grammar, such as ``"sd / sqrt(n)"``.
    numbers : dict of float
    """

    def value(node):
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return numbers[node.id]
        if isinstance(node, ast.Call):
            return FUNCTIONS[node.func.id](*map(value, node.args))
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](value(node.operand))
        return OPERATORS[type(node.op)](value(node.left), value(node.right))

    return float(value(ast.parse(expression, mode="eval").body))


def six(number):
    """Six significant digits, trailing zeros kept: 0.430460."""
    return f"{number:#.6g}".removesuffix(".")


def plain(number, text=""):
    """A given number as it was typed, where the text is one; else with no digit lost."""
    try:
        typed = float(text) == number
    except ValueError:
        typed = False
    return text if typed else f"{number:.12g}"


@dataclass(frozen=True)
class Step:
    """One line of arithmetic: what it gives, the expression in numbers, its value, and that as it is printed."""

    what: str
    left: str
    value: float
    right: str

    def __str__(self):
        return f"{self.left} = {self.right}"


@dataclass
class Work:
    """Arithmetic under way: numbers by name, as values and as they are printed, and the steps so far."""

    numbers: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    steps: list = field(default_factory=list)

    def given(self, **numbers):
        """Take numbers as they stand; a pair is a number with its text."""
        for name, number in numbers.items():
            value, text = number if isinstance(number, tuple) else (number, "")
            self.numbers[name], self.texts[name] = float(value), plain(float(value), text)

    def carried(self, **numbers):
        """Take numbers that were worked out elsewhere, with six digits in print."""
        for name, number in numbers.items():
            self.numbers[name], self.texts[name] = float(number), six(float(number))

    def step(self, name, what, expression):
        """Compute `expression`, keep it as `name`, and print it (counts as counts); a bare name is only renamed."""
        value = evaluate(expression, self.numbers)
        if expression in self.numbers:
            self.numbers[name], self.texts[name] = value, self.texts[expression]
            return
        counts = all(self.texts[found].isdigit() for found in NAME.findall(expression))
        text = f"{value:.0f}" if counts and value.is_integer() else six(value)
        self.steps.append(Step(what, NAME.sub(self.shown, expression).replace("**", "^"), value, text))
        self.numbers[name], self.texts[name] = value, text

    def shown(self, found):
        """A number as it is printed, in parentheses where a minus would be misread."""
        text, before, after = self.texts[found[0]], found.string[: found.start()], found.string[found.end() :]
        clear = before.endswith("(") or not before
        return f"({text})" if text.startswith("-") and (not clear or after.startswith(" **")) else text

    def __getitem__(self, name):
        return self.numbers[name]

    def __contains__(self, name):
        return name in self.numbers


def logarithmic_mean(work, a, b, quotient):
    """Expression of the logarithmic mean of two numbers: `quotient`, or their mean where they are almost equal."""
    return quotient if abs(math.log(work[a] / work[b])) >= ALMOST_EQUAL else f"({a} + {b}) / 2"
