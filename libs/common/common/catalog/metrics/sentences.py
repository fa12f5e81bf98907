"""Sentences that metrics of several kinds say."""

SETTLED = "The app's counters run in real time, those of the interface are one to two days behind."
