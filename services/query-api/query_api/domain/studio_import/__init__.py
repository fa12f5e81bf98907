"""TikTok Studio's own CSV exports read as history: which file, its days, its numbers, what is wrong in which row."""
