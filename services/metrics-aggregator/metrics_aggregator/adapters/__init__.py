"""ClickHouse and Faust, behind the ports."""
