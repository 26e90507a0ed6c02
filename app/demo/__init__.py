"""A demonstration centre with synthetic patients. It exists in demo mode only."""
