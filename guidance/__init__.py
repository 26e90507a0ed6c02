"""Advice for patients that fits their answers, as versioned data. Pure: no clock, database, HTTP or environment."""
