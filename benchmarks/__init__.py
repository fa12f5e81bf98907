"""Throughput and recompute times as ratios to floors measured in the same run: `make bench`."""
