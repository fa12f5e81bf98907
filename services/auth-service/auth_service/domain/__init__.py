"""The rules of identity: who may act, what a consent gives, how long a secret lives. Pure and frozen."""
