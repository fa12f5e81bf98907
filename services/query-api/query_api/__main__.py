"""`python -m query_api`: serve."""

from query_api.bootstrap import run

if __name__ == "__main__":
    run()
