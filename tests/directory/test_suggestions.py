"""Suggestions: what is wrong, until somebody decides."""

import pytest
from flask import Flask

from partnerdir.database import db
from partnerdir.directory import suggestions
from partnerdir.directory.models import Suggestion
from partnerdir.directory.rules import SuggestionKind, SuggestionOrigin, SuggestionState
from partnerdir.errors import BadInput, Conflict
from tests import make


def a_suggestion(text: str = "It moved to the  old school") -> Suggestion:
    """A suggestion from the public about a new service; commits."""
    with make.saved():
        service = make.a_service()
        return suggestions.add_suggestion(service.id, SuggestionKind.WRONG_PLACE, text, SuggestionOrigin.PUBLIC)


def test_what_is_suggested_waits_and_is_found_by_its_code_however_it_is_typed(app: Flask) -> None:
    reference = a_suggestion().reference
    assert len(reference) == 10
    assert not set(reference) & set("ilo0123456789")
    found = suggestions.find_suggestion(f" {reference[:5].upper()} {reference[5:]} ")
    assert found is not None
    assert found.text == "It moved to the old school"
    assert [one.id for one in suggestions.list_open_suggestions()] == [found.id]
    assert suggestions.find_suggestion("") is None


def test_a_decision_is_made_once_and_says_who_and_when(app: Flask) -> None:
    suggestion = a_suggestion()
    with make.saved():
        suggestions.accept_suggestion(suggestion, "Partnership coordinator", "Thank you.")
    assert (suggestion.state, suggestion.decided_by) == (SuggestionState.ACCEPTED, "Partnership coordinator")
    assert suggestion.decided_at is not None
    assert suggestions.count_open_suggestions() == 0
    with pytest.raises(Conflict), make.saved():
        suggestions.decline_suggestion(suggestion, "Another", "No.")
    db.session.refresh(suggestion)
    assert suggestion.state is SuggestionState.ACCEPTED


def test_a_decision_on_an_older_version_is_refused(app: Flask) -> None:
    suggestion = a_suggestion()
    with pytest.raises(Conflict), make.saved():
        suggestions.accept_suggestion(suggestion, "Somebody", seen_version=suggestion.version - 1)


def test_a_decline_needs_a_reason_and_a_text_has_a_length(app: Flask) -> None:
    suggestion = a_suggestion()
    with pytest.raises(BadInput), make.saved():
        suggestions.decline_suggestion(suggestion, "Somebody", "  ")
    with pytest.raises(BadInput):
        a_suggestion("x" * 501)
    with pytest.raises(BadInput):
        suggestions.add_suggestion(suggestion.service_id, SuggestionKind.OTHER, " ", SuggestionOrigin.PUBLIC)


def test_the_change_log_never_holds_the_code(app: Flask) -> None:
    reference = a_suggestion().reference
    with db.engine.connect() as connection:
        assert reference not in str(connection.exec_driver_sql("SELECT fields FROM change").fetchall())
