"""What a question to the API means and what its answer says; pure."""
