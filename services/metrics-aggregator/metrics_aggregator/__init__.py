"""metrics-aggregator: snapshots from Kafka become facts and rollups in ClickHouse."""
