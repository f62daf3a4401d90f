"""The service's own log lines: JSON on standard error, without what people wrote or what opens doors."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import psycopg
import structlog

WITHHELD = "(withheld)"
_SECRET_NAMES = frozenset(
    {
        "authorization",
        "body",
        "cookie",
        "key",
        "password",
        "prompt",
        "query",
        "secret",
        "text",
        "token",
        "transcript",
        "url",
    }
)
_KEY_TEXT = re.compile(
    r"fg_[0-9a-f]{32}\.[A-Za-z0-9_-]+"
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|://[^/\s:@]+:[^/\s@]+@|X-Amz-[A-Za-z-]+=[^&\s]+"
)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)


def _as_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """Render with one encoder for all lines: making one for each costs as much as the line."""
    return _ENCODER.encode(event)


def keep_journal(level: str = "info") -> None:
    """Set up structlog, and send the libraries' logging through it; call once a process, at its start."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
    ]
    structlog.configure(
        processors=[*shared, _as_json],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_exception_text, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_number(level))
    for noisy in ("httpx", "httpcore", "procrastinate", "psycopg.pool"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask values by their names, and keys and passwords wherever they stand in a text."""
    for name, value in event.items():
        if name in _SECRET_NAMES:
            event[name] = WITHHELD
        elif isinstance(value, str) and _KEY_TEXT.search(value):
            event[name] = _KEY_TEXT.sub(WITHHELD, value)
    return event


def told(error: BaseException) -> dict[str, Any]:
    """
    Return what may be logged of an error: its class, where it came from, and what it was caused by.

    Never its message: a database's quotes the failing row, a validator's the input.
    """
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
    if isinstance(error, psycopg.Error):
        found["sqlstate"] = error.sqlstate
        found["constraint"] = error.diag.constraint_name
    cause = error.__cause__ or error.__context__
    if cause is not None:
        found["caused_by"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return found


def _without_exception_text(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the exception of a library's log record by what may be told of it."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.exc_info and record.exc_info[1]:
        event.update(told(record.exc_info[1]))
        record.exc_info = record.exc_text = None
    return event


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
