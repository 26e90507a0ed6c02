"""What every door of HTTP shares: problems, strict bodies, the authenticated call."""
