"""Scoring of tables: many responses at once, on numpy arrays, with the same results as `scoring.engine`."""
