"""What to ask TikTok, when, and what its answers mean: pure and frozen."""
