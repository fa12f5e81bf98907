"""The ports' implementations: ClickHouse, Mongo, Kafka and auth-service's keys."""
