"""What the service does, step by step, over its ports; a module for each area."""
