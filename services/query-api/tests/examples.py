"""How many examples a property is tried on: few in every run, many in the soak."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("TOA_EXAMPLES_TIMES", "1"))


def examples(count: int) -> settings:
    """`count` of them, or as many times more as TOA_EXAMPLES_TIMES says. Each is a request to the real service."""
    slow = (
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    )
    return settings(max_examples=count * TIMES, deadline=None, suppress_health_check=slow, database=None)
