"""Structured logs: one JSON object a line on standard error, with the service's name and ids, never secrets."""

import logging
import sys

import structlog


def configure_logs(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers (drivers, uvicorn) through one JSON renderer."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _named(service),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared, keep_exc_info=False
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # One line per outgoing request would drown everything else.
    for chatty in ("httpx", "httpcore", "uvicorn.access", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def _named(service: str) -> structlog.types.Processor:
    def add_service(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event["service"] = service
        return event

    return add_service
