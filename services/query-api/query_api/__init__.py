"""query-api: answers widgets as JSON and CSV, and serves the page."""
