"""Thin helpers over aiokafka: publish, follow, dead-letter, and the topics' creation."""
