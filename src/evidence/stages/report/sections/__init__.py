"""The room sections."""
