"""What a batch of snapshots means: which records can be used, and which series they touch. Pure."""
