"""Idempotency-Key: a creating request made twice gets the answer of the first, and makes one thing."""
