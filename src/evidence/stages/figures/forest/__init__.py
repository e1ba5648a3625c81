"""The room forest."""
