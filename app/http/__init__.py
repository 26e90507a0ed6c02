"""What every door of HTTP shares: problems, strict bodies, the authenticated call. `/v1`, `/fhir` and the pages stand on it."""
