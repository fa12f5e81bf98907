"""Sending mail. The library behind it is a dependency of the services that send some, not of common."""
