"""The room words."""
