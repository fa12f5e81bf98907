"""Looker Studio's view of the catalog: tables to choose from, their fields, and what its filters mean."""
