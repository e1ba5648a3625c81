"""Measures of counted events: of people (proportions) and of person-time (rates)."""

PROPORTIONS = ("PLO", "PR", "PFT")
RATES = ("IRR", "IRLN")
OF_PEOPLE = (*PROPORTIONS, "OR", "RR", "RD")
