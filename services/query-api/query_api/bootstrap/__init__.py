"""The wiring: the only room that picks implementations, a module for each part of the service."""

from common.runtime import process
from common.runtime.logs import configure_logs
from query_api.bootstrap.serving import serve
from query_api.settings import QuerySettings

SERVICE = "query-api"


def run() -> None:
    settings = QuerySettings()
    configure_logs(SERVICE, settings.log_level)
    process.run(lambda stop: serve(settings, stop))
