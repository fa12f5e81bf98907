"""The outside world behind the ports: TikTok, auth-service, Mongo, Kafka, Prometheus."""
