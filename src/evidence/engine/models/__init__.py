"""Pooling models and their diagnostics: they know arrays and papers, nothing of studies."""
