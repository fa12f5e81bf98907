"""What one would write by hand, without Faust: each reads the topic to its end and works as fast as it can."""
