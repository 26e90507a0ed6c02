"""What answers mean: response -> scores -> change -> alerts -> synthesis.

Pure: no clock, database, HTTP or environment.
"""
