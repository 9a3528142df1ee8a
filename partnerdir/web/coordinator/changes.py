"""What was changed of a service, in words."""

import uuid

from flask import render_template

from partnerdir.accounts.rules import RoleName
from partnerdir.changes import list_changes_about
from partnerdir.directory.queries import list_needs, require_service
from partnerdir.web.access import open_to
from partnerdir.web.change_words import change_words, field_words


@open_to(RoleName.COORDINATOR)
def list_changes(service_id: uuid.UUID) -> str:
    """Everything that was ever changed of a service, newest first."""
    service = require_service(service_id)
    names = {str(need.id): need.name for need in list_needs()}
    changes = [(change, change_words(change), field_words(change, names)) for change in list_changes_about(service.id)]
    return render_template("coordinator/list_changes.html", service=service, changes=changes)
