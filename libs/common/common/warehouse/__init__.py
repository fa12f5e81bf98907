"""The warehouse in ClickHouse: its tables and views, their migrations, and the client."""
