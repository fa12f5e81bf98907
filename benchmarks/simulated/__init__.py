"""The ingestor on a clock that jumps from event to event, against a TikTok that counts."""
