"""The laptop platform: Kafka, a MongoDB-protocol server and ClickHouse without containers, and their supervisor."""
