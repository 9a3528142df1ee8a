"""Where each channel finds a person, and whether they still want it."""

import uuid
from collections.abc import Collection, Mapping

from partnerdir.alerts.choices import find_choice, look_again
from partnerdir.alerts.models import AlertChoice, Delivery
from partnerdir.alerts.queries import list_channels
from partnerdir.alerts.rules import ChannelName
from partnerdir.alerts.webhook_addresses import require_address
from partnerdir.database import db
from partnerdir.errors import BadInput
from partnerdir.languages import gettext


def address_of(delivery: Delivery, email: str = "") -> str:
    """Where a delivery goes: the mail address of its reader, or the address of their webhook; empty when there is none now."""
    if delivery.channel is not ChannelName.WEBHOOK:
        return email
    choice = find_choice(delivery.account_id) if delivery.account_id else None
    return choice.webhook_url if choice else ""


def is_wanted(delivery: Delivery) -> bool:
    """Whether its reader still wants to be told over this channel; what stands in for another goes by mail in any case."""
    if delivery.account_id is None or delivery.stands_in_for_id is not None:
        return True
    return delivery.channel in list_channels([delivery.account_id])[delivery.account_id]


def change_channels(
    account_id: uuid.UUID, wants_mail: bool, webhook_url: str, inside: Mapping[str, Collection[int]]
) -> AlertChoice:
    """Keeps how a person is told. Raises: BadInput, for an address that no webhook may have, and when nothing is left."""
    url = webhook_url.strip()
    if url:
        require_address(url, inside)
    elif not wants_mail:
        raise BadInput(
            {"wants_mail": gettext("Keep mail, or enter an address for a webhook: otherwise we cannot tell you anything.")}
        )
    choice = find_choice(account_id)
    if choice is None:
        choice = AlertChoice(account_id=account_id)
        db.session.add(choice)
    choice.wants_mail, choice.webhook_url = wants_mail, url
    look_again(account_id)
    return choice
