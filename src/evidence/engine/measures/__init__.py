"""Effect sizes and conversions: formulae that know arrays and papers, nothing of studies."""
