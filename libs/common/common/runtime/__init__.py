"""The life of a service process: settings, clocks, logging, health and serving."""
