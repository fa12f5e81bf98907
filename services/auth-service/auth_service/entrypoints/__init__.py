"""The ways in: HTTP for people, HTTP for services, the command line and the sweep."""
