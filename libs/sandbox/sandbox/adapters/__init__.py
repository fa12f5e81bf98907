"""The sandbox's own state on disk."""
