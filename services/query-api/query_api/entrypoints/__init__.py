"""The HTTP side: parse, ask, answer."""
