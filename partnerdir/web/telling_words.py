"""Where a telling stands, in front of staff: addresses, and what servers answered, are for coordinators alone."""

from partnerdir.alerts.hearers import ON_A_LIST
from partnerdir.alerts.kept import said_again
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.receipts import post_of
from partnerdir.alerts.rules import ChannelName
from partnerdir.alerts.tellings import Cause, Telling
from partnerdir.dates import spoken_day
from partnerdir.languages import gettext, lazy_gettext

CHANNELS = {ChannelName.EMAIL: lazy_gettext("by e-mail"), ChannelName.WEBHOOK: lazy_gettext("by webhook")}
SAID = {
    Cause.SUPERSEDED: lazy_gettext("Not sent: a nearer warning took its place."),
    Cause.NOBODY: lazy_gettext("Not sent: nobody was to be told."),
    Cause.PAUSED: lazy_gettext("Not sent: the reader paused all mail."),
    Cause.MORNING: lazy_gettext("Not sent yet: it waits for the morning's mail."),
    Cause.MONDAY: lazy_gettext("Not sent yet: it waits for Monday's mail."),
    Cause.QUIET: lazy_gettext("Not sent yet: it is held by the reader's quiet hours."),
    Cause.SENDING: lazy_gettext("It is being sent now."),
    Cause.NEXT: lazy_gettext("Not sent yet: it goes with the next mail."),
}
WITH_REASON = {
    Cause.DROPPED: lazy_gettext("Not sent"),
    Cause.FAILED: lazy_gettext("Could not be sent"),
    Cause.RETRY: lazy_gettext("Not sent yet; the last try failed"),
}


def state_words(telling: Telling, has_mail: bool, with_addresses: bool) -> str:
    """Where it stands and why, as a sentence; the moment of sending is shown beside it."""
    delivery, cause = telling.delivery, telling.cause
    if cause is Cause.SNOOZED and telling.asks_again_on:
        return gettext("Not sent yet: the reader asked to hear of it again on %(day)s.", day=spoken_day(telling.asks_again_on))
    if cause in (Cause.NEXT, Cause.RETRY) and delivery and delivery.channel is ChannelName.EMAIL and not has_mail:
        return gettext("Not sent: no mail server is set up. It stands among the reader's alerts.")
    if cause in WITH_REASON and delivery:
        reason = _reason(delivery, cause, with_addresses)
        return f"{WITH_REASON[cause]}: {reason}" if reason else f"{WITH_REASON[cause]}."
    return str(SAID[cause]) if cause in SAID else gettext("Sent")


def _reason(delivery: Delivery, cause: Cause, with_addresses: bool) -> str:
    """What servers answer may repeat an address, so that others than coordinators read only that they refused."""
    if with_addresses or (cause is Cause.DROPPED and "@" not in delivery.reason):
        return said_again(delivery.reason)
    return "" if cause is Cause.DROPPED else gettext("it was not accepted. A coordinator can see why.")


def reader_words(telling: Telling) -> str:
    """Who was told, as a post."""
    delivery = telling.delivery
    if delivery is None:
        return ""
    if delivery.account is not None:
        return post_of(delivery.account)
    if delivery.contact:
        return gettext("The service's own contact, %(contact)s", contact=delivery.contact.title)
    return gettext("The service's own contact")


def why_words(telling: Telling) -> str:
    """Why they were told; what somebody calls a list of theirs is nobody else's business."""
    why = telling.delivery.why if telling.delivery else ""
    return gettext("It is on a list of theirs.") if why.startswith(ON_A_LIST) else said_again(why)


def address_of(telling: Telling) -> str:
    """Where it went; only for whoever may see addresses."""
    delivery = telling.delivery
    to = (delivery.account or delivery.contact) if delivery else None
    return to.email if to else ""


def channel_words(telling: Telling) -> str:
    """How it travelled."""
    return str(CHANNELS[telling.delivery.channel]) if telling.delivery else ""


def answer_words(telling: Telling) -> str:
    """What the reader said to it."""
    receipt = telling.receipt
    if receipt is None:
        return ""
    if receipt.handed_to:
        return gettext("Given to %(who)s.", who=post_of(receipt.handed_to))
    if receipt.acknowledged_at:
        return gettext("They know.")
    return (
        gettext("Asked to hear of it again on %(day)s.", day=spoken_day(receipt.asks_again_on)) if receipt.asks_again_on else ""
    )
