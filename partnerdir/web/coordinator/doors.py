"""The addresses for coordinators and stewards."""

from flask import Blueprint, Flask

from partnerdir.web.coordinator import (
    accounts,
    changes,
    closing,
    contacts,
    needs,
    renewals,
    reports,
    services,
    suggestions,
    tellings,
    thresholds,
    unsent,
    windows,
)

SERVICE, CONTACT, WINDOW = (
    "/manage/services/<uuid:service_id>",
    "/manage/contacts/<uuid:contact_id>",
    "/manage/windows/<uuid:window_id>",
)
PAGES = (
    ("/ending", reports.ending_soon),
    ("/ending.csv", reports.export_endings),
    ("/services/<uuid:service_id>/told", tellings.list_tellings),
    ("/manage/services", services.list_services),
    (f"{SERVICE}/changes", changes.list_changes),
    ("/manage/needs", needs.list_needs),
    ("/manage/accounts", accounts.list_accounts),
    ("/manage/suggestions", suggestions.list_suggestions),
    ("/manage/unsent", unsent.list_unsent),
)
FORMS = (
    ("/manage/services/add", services.add_service),
    (SERVICE, services.change_service),
    (f"{SERVICE}/contacts/add", contacts.add_contact),
    (CONTACT, contacts.change_contact),
    (f"{SERVICE}/windows/add", windows.add_window),
    (WINDOW, windows.change_window),
    (f"{SERVICE}/renew", renewals.renew_funding),
    (f"{SERVICE}/close", closing.close_service),
    ("/manage/needs/<uuid:need_id>", needs.change_need),
    ("/manage/accounts/add", accounts.add_account),
    ("/manage/accounts/<uuid:account_id>", accounts.change_account),
    ("/manage/suggestions/<uuid:suggestion_id>", suggestions.change_suggestion),
)
BUTTONS = (
    ("/manage/unsent/again", unsent.try_again),
    (f"{SERVICE}/verify", services.verify_service),
    (f"{SERVICE}/reopen", closing.reopen_service),
    (f"{SERVICE}/thresholds", thresholds.change_thresholds),
    (f"{CONTACT}/retire", contacts.retire_contact),
    (f"{WINDOW}/verify", windows.verify_window),
    (f"{WINDOW}/retire", windows.retire_window),
)


def init_app(app: Flask) -> None:
    """Adds the addresses."""
    coordinator = Blueprint("coordinator", __name__)
    for views, methods in ((PAGES, ["GET"]), (FORMS, ["GET", "POST"]), (BUTTONS, ["POST"])):
        for address, view in views:
            coordinator.add_url_rule(address, view_func=view, methods=methods)
    app.register_blueprint(coordinator)
