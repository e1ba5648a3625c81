"""The room page."""
