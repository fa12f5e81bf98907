"""The laptop's MongoDB-protocol server: mongo-java-server on an H2 store, behind a front that commits, then answers.

Everything the server keeps is one file. Not there: transactions, change streams, TTL expiry.
"""
