"""Small-study effects and publication bias: arrays and papers, nothing of studies."""
