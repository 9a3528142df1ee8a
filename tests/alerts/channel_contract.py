"""What every channel must do; a test of a channel inherits from `ChannelContract` and says what is at the far end."""

import uuid
from collections import Counter
from dataclasses import replace
from time import monotonic
from typing import Protocol

import pytest

from partnerdir.alerts.errors import NotDelivered
from partnerdir.alerts.notices import Notice, Other
from partnerdir.alerts.outbox import Channel
from partnerdir.alerts.rules import AlertKind
from tests.alerts.cast import END


class FarEnd(Protocol):
    """A real server at the far end of a channel, and how it is told what to do."""

    to: str  # the address that notices go to
    patience: float  # seconds after which the channel under test gives up on one that does not answer

    def refuses_for_now(self) -> None: ...
    def refuses_for_good(self) -> None: ...
    def stays_silent(self) -> None: ...
    def hangs_up(self) -> None: ...
    def ids(self) -> Counter[str]: ...  # by which the messages that came are known, and how often each came


def a_notice(to: str, **fields: object) -> Notice:
    """A notice with something in every field."""
    notice = Notice(
        id=uuid.uuid4(),
        to=to,
        subject="partnerdir: funding of a service you watch ends on 9 February 2027",
        headline="Funding for Harbour Family Support ends on 9 February 2027, in 25 days.",
        facts=(("Service", "Harbour Family Support, run by Harbour Trust"), ("How certain", "This date is an estimate.")),
        url=f"https://directory.example/services/{uuid.UUID(int=1)}",
        others=(
            Other("Quay Advice", "Quay Trust", "Funded, with no end date. Takes people now.", "https://directory.example"),
        ),
        unsubscribe_url="https://directory.example/unsubscribe/sealed",
        pause_url="https://directory.example/pause/sealed",
        why="You get this because you watch this service at partnerdir.",
        account_id=uuid.UUID(int=2),
        kind=AlertKind.ENDING,
        service="Harbour Family Support, run by Harbour Trust",
        service_id=uuid.UUID(int=1),
        service_name="Harbour Family Support",
        organisation="Harbour Trust",
        ends_on=END,
    )
    return replace(notice, **fields)  # type: ignore[arg-type]  # a test names a field and gives it what fits


class ChannelContract:
    """A test class of a channel inherits from this and gives the fixtures `channel` and `far_end`."""

    def test_it_sends_a_notice_once_under_the_notices_own_id(self, channel: Channel, far_end: FarEnd) -> None:
        notice = a_notice(far_end.to)
        channel.send(notice)
        assert far_end.ids() == {str(notice.id): 1}

    def test_a_second_try_is_known_by_the_same_id(self, channel: Channel, far_end: FarEnd) -> None:
        notice = a_notice(far_end.to)
        channel.send(notice)
        channel.send(notice)
        assert far_end.ids() == {str(notice.id): 2}

    def test_a_digest_goes_as_one(self, channel: Channel, far_end: FarEnd) -> None:
        parts = (a_notice(far_end.to), a_notice(far_end.to, headline="Another ends."))
        digest = a_notice(far_end.to, parts=parts, facts=(), others=())
        channel.send(digest)
        assert far_end.ids() == {str(digest.id): 1}

    def test_what_is_refused_for_now_may_be_tried_again(self, channel: Channel, far_end: FarEnd) -> None:
        far_end.refuses_for_now()
        assert not self._problem(channel, far_end).permanent

    def test_what_is_refused_for_good_is_permanent(self, channel: Channel, far_end: FarEnd) -> None:
        far_end.refuses_for_good()
        assert self._problem(channel, far_end).permanent

    def test_a_far_end_that_never_answers_is_given_up_in_time(self, channel: Channel, far_end: FarEnd) -> None:
        far_end.stays_silent()
        began = monotonic()
        assert not self._problem(channel, far_end).permanent
        assert monotonic() - began < far_end.patience + 3

    def test_a_far_end_that_hangs_up_may_be_tried_again(self, channel: Channel, far_end: FarEnd) -> None:
        far_end.hangs_up()
        assert not self._problem(channel, far_end).permanent

    @pytest.mark.parametrize(
        "words", ["Quay\r\nBcc: everyone@example.org", "Caf\u00e9 \U0001f3e0 \u202e", "<script>x</script>"]
    )
    def test_no_words_break_out_of_their_place(self, channel: Channel, far_end: FarEnd, words: str) -> None:
        notice = a_notice(far_end.to, subject=words, headline=words, facts=((words, words),), why=words)
        channel.send(notice)
        assert far_end.ids() == {str(notice.id): 1}

    def test_an_address_that_is_none_is_permanent(self, channel: Channel, far_end: FarEnd) -> None:
        for wrong in ("", "nonsense", f"{far_end.to}\r\nX-Planted: yes"):
            with pytest.raises(NotDelivered) as caught:
                channel.send(a_notice(wrong))
            assert caught.value.permanent, wrong
        assert not far_end.ids()

    def _problem(self, channel: Channel, far_end: FarEnd) -> NotDelivered:
        """What the channel raises; its reason is a sentence that a coordinator reads."""
        with pytest.raises(NotDelivered) as caught:
            channel.send(a_notice(far_end.to))
        assert str(caught.value).endswith("."), str(caught.value)
        return caught.value
