"""The outside world behind the ports: MongoDB, TikTok, Kafka, keys and passwords."""
