"""Documents in MongoDB. The driver is a dependency of the services that keep some, not of common."""
