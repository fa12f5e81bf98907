"""What the service does, step by step: the rules of `domain` applied through `ports`."""
