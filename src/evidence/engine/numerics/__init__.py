"""The room numerics."""
