"""The rules of the imitated TikTok and the world behind it: pure functions of (seed, moment), no I/O."""
