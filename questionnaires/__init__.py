"""What is asked: definition files -> catalogue -> checked responses. Pure: no clock, database, HTTP or environment."""
