"""Collects profile and post snapshots of connected accounts from TikTok and publishes them."""
