"""A field that a provider refuses is left out at the next call, whatever words it refuses it with."""

from __future__ import annotations

import pytest

from routerd.domain.settings import Quirks
from routerd.providers.dialect import adapted
from routerd.providers.failure import FaultKind
from routerd.providers.said import fault_of_error

SCHEMA = Quirks(json_schema=True)
REFUSED = [
    {"message": "This response_format type is unavailable now", "param": None},
    {"message": "response_format.type `json_schema` is unavailable now for this model"},
    {"message": "json_schema response format is not enabled for this model"},
    {"message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."},
    {"message": "This model does not support response_format"},
    {"message": "response_format: must be text or json_object"},
    {"detail": [{"type": "extra_forbidden", "loc": ["body", "response_format"], "msg": "no"}]},
]


@pytest.mark.parametrize("error", REFUSED)
def test_a_refused_schema_is_left_out(error: dict[str, object]) -> None:
    changed = adapted(SCHEMA, fault_of_error(error, FaultKind.STATUS, 400))
    assert changed is not None
    assert not changed.json_schema


def test_a_field_that_fastapi_forbids_is_left_out() -> None:
    error = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
    changed = adapted(Quirks(), fault_of_error(error, FaultKind.STATUS, 422))
    assert changed is not None
    assert not changed.stream_options


def test_what_is_refused_for_something_else_changes_nothing() -> None:
    error = {"message": "messages: at least one is required", "param": "messages"}
    assert adapted(SCHEMA, fault_of_error(error, FaultKind.STATUS, 400)) is None
