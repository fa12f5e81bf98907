"""What the aggregator does with a batch."""
