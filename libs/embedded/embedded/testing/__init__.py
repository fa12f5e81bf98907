"""For tests of any part: servers to test on, and what stands between a service and its server. No product uses it."""
