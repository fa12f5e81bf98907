"""auth-service: people, connected accounts and their tokens, and the events that tell of them."""
