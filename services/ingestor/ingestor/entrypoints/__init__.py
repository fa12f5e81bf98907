"""What starts work: the roster topic, the clock, the health port."""
