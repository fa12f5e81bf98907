"""ClickHouse for the laptop: the chDB engine behind ClickHouse's own HTTP interface, for its unmodified clients.

Known differences from a server:
- sessions are accepted but keep nothing: a `SET`, `USE` or temporary table lasts for one request;
- any user name and password is taken, since only this machine can connect;
- answers are never compressed; the block formats of `compress` and `decompress`, and external data, are refused;
- `client_protocol_version` is ignored: in Native `DateTime('zone')` loses its zone (`DateTime64` does not);
- statements have ids of their own in `system.processes`, not the given `query_id`;
- whatever reaches out of the process (`url`, `s3`, `file`, `remote`, ...) is refused.

Nothing is synced to disk by default, as in ClickHouse: what was acknowledged survives a killed process, not a power
cut. A table that must survive that too says so: `SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`.
"""
