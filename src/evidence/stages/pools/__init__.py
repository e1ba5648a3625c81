"""The room pools."""
