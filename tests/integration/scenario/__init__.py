"""Sixty simulated days of many accounts, on the real path, against the oracle: every widget, and the growth of posts.

tiktok      the sandbox's world in this process, behind the ingestor's own client; what it answers, the oracle hears
collecting  which account is fetched when, with gaps; the answers become snapshots by the ingestor's own reading
curating    what no fetch tells by itself: posts gone and back, and the labels people give
delivery    events to Kafka late, twice and in disorder
stand       Kafka, ClickHouse and the aggregator
judging     every view, and the growth of every post, against the oracle
"""
