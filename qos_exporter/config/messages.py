"""What pydantic found, as the second half of a sentence that starts with the name of a setting."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from pydantic_core import ErrorDetails

from qos_exporter.config.schema import key_of, model_at
from qos_exporter.config.source import Path

Context = Mapping[str, object]

TEXTS: dict[str, Callable[[Context], str]] = {
    "bool_type": lambda _: "must be true or false",
    "dict_type": lambda _: "must be a mapping",
    "finite_number": lambda _: "must be a finite number",
    "float_type": lambda _: "must be a number",
    "greater_than": lambda context: f"must be greater than {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be at least {context['ge']:.10g}",
    "int_type": lambda _: "must be a whole number",
    "less_than_equal": lambda context: f"must be at most {context['le']:.10g}",
    "literal_error": lambda context: f"must be {context['expected']}".replace("'", ""),
    "missing": lambda _: "is missing",
    "model_type": lambda _: "must be a mapping",
    "string_type": lambda _: "must be text",
    "tuple_type": lambda _: "must be a list",
    "value_error": lambda context: str(context["error"]),
}
"""By pydantic's type of error; the schema can raise no others."""


def text_of(error: ErrorDetails) -> str:
    """Say what is wrong."""
    if error["type"] == "extra_forbidden":
        return _unknown_key(path_of(error))
    text = TEXTS.get(error["type"])
    return text(error.get("ctx", {})) if text else f"is not valid: {error['msg']}"


def path_of(error: ErrorDetails) -> Path:
    """Give the place of an error, without pydantic's mark for a key of a mapping."""
    return tuple(part for part in error["loc"] if part != "[key]")


def _unknown_key(path: Path) -> str:
    known = [key_of(field) for field in model_at(path[:-1]).model_fields]
    guesses = difflib.get_close_matches(key_of(str(path[-1])), known, n=1)
    if guesses:
        return f"is not a setting; did you mean {guesses[0]}?"
    return f"is not a setting; known here: {', '.join(known)}"
