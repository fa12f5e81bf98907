"""What the sandbox answers over HTTP."""
