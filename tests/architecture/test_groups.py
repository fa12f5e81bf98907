"""Tests that share servers run on one worker; were the groups lost, each worker would start every server."""

import os

import pytest


def test_a_worker_knows_the_group_of_a_test(request: pytest.FixtureRequest) -> None:
    group = request.node.get_closest_marker("xdist_group").args[0]
    assert group == "tests/architecture/test_groups.py"
    in_a_worker = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith(f"@{group}") == in_a_worker
