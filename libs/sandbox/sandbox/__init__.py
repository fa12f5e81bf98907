"""A local TikTok: consent page, token endpoints, Accounts API, and the truth behind its answers."""
