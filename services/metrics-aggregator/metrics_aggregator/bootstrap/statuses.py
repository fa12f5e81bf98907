"""Exit statuses besides 0."""

# An answer: `verify` found differences.
DIFFERENT = 1
# It could not be done; standard error says why.
FAILED = 2
