"""Where a telling stands, in front of staff: addresses, and what servers answered, are for coordinators alone."""

from partnerdir.alerts.hearers import ON_A_LIST
from partnerdir.alerts.models import Delivery
from partnerdir.alerts.receipts import post_of
from partnerdir.alerts.rules import ChannelName
from partnerdir.alerts.tellings import Cause, Telling
from partnerdir.dates import spoken_day

CHANNELS = {ChannelName.EMAIL: "by e-mail", ChannelName.WEBHOOK: "by webhook"}
SAID = {
    Cause.SUPERSEDED: "Not sent: a nearer warning took its place.",
    Cause.NOBODY: "Not sent: nobody was to be told.",
    Cause.PAUSED: "Not sent: the reader paused all mail.",
    Cause.MORNING: "Not sent yet: it waits for the morning's mail.",
    Cause.MONDAY: "Not sent yet: it waits for Monday's mail.",
    Cause.QUIET: "Not sent yet: it is held by the reader's quiet hours.",
    Cause.SENDING: "It is being sent now.",
    Cause.NEXT: "Not sent yet: it goes with the next mail.",
}
WITH_REASON = {Cause.DROPPED: "Not sent", Cause.FAILED: "Could not be sent", Cause.RETRY: "Not sent yet; the last try failed"}


def state_words(telling: Telling, has_mail: bool, with_addresses: bool) -> str:
    """Where it stands and why, as a sentence; the moment of sending is shown beside it."""
    delivery, cause = telling.delivery, telling.cause
    if cause is Cause.SNOOZED and telling.asks_again_on:
        return f"Not sent yet: the reader asked to hear of it again on {spoken_day(telling.asks_again_on)}."
    if cause in (Cause.NEXT, Cause.RETRY) and delivery and delivery.channel is ChannelName.EMAIL and not has_mail:
        return "Not sent: no mail server is set up. It stands among the reader's alerts."
    if cause in WITH_REASON and delivery:
        reason = _reason(delivery, cause, with_addresses)
        return f"{WITH_REASON[cause]}: {reason}" if reason else f"{WITH_REASON[cause]}."
    return SAID.get(cause, "Sent")


def _reason(delivery: Delivery, cause: Cause, with_addresses: bool) -> str:
    """What servers answer may repeat an address, so that others than coordinators read only that they refused."""
    if with_addresses or (cause is Cause.DROPPED and "@" not in delivery.reason):
        return delivery.reason
    return "" if cause is Cause.DROPPED else "it was not accepted. A coordinator can see why."


def reader_words(telling: Telling) -> str:
    """Who was told, as a post."""
    delivery = telling.delivery
    if delivery is None:
        return ""
    if delivery.account is not None:
        return post_of(delivery.account)
    return f"The service's own contact, {delivery.contact.title}" if delivery.contact else "The service's own contact"


def why_words(telling: Telling) -> str:
    """Why they were told; what somebody calls a list of theirs is nobody else's business."""
    why = telling.delivery.why if telling.delivery else ""
    return "It is on a list of theirs." if why.startswith(ON_A_LIST) else why


def address_of(telling: Telling) -> str:
    """Where it went; only for whoever may see addresses."""
    delivery = telling.delivery
    to = (delivery.account or delivery.contact) if delivery else None
    return to.email if to else ""


def channel_words(telling: Telling) -> str:
    """How it travelled."""
    return CHANNELS[telling.delivery.channel] if telling.delivery else ""


def answer_words(telling: Telling) -> str:
    """What the reader said to it."""
    receipt = telling.receipt
    if receipt is None:
        return ""
    if receipt.handed_to:
        return f"Given to {post_of(receipt.handed_to)}."
    if receipt.acknowledged_at:
        return "They know."
    return f"Asked to hear of it again on {spoken_day(receipt.asks_again_on)}." if receipt.asks_again_on else ""
