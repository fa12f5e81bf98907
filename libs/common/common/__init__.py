"""What every service shares: the catalog, the event contracts, the warehouse, the bus and the runtime."""
