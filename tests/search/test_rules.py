"""The pure rules of searching: how far a change log was followed, trees, plain text."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partnerdir.search.rules import PATIENCE, Gap, Position, plain, with_ancestors, with_relatives

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def followed(position: Position, *numbers: int, now: datetime = NOON) -> Position:
    return position.after([(number, NOON) for number in sorted(numbers)], now)


def test_a_position_after_numbers_without_a_hole_waits_for_nothing() -> None:
    assert followed(Position(), 1, 2, 3) == Position(3, NOON)


def test_a_missing_number_is_waited_for_and_may_still_appear() -> None:
    position = followed(Position(), 1, 4)
    assert position.gaps == (Gap(2, 3, NOON),)
    assert followed(position, 3).gaps == (Gap(2, 2, NOON),)
    assert followed(followed(position, 3), 2).gaps == ()


def test_a_gap_is_forgotten_when_patience_ends_and_not_before() -> None:
    position = followed(Position(), 1, 3)
    assert followed(position, now=NOON + PATIENCE - timedelta(seconds=1)) == position
    assert followed(position, now=NOON + PATIENCE) == Position(3, NOON)


def test_looking_and_finding_nothing_changes_nothing() -> None:
    position = followed(Position(), 1, 3)
    assert followed(position) == position


def numbers_due(position: Position, committed: set[int]) -> list[int]:
    """What a follower at this position reads of a change log."""
    return sorted(
        number
        for number in committed
        if number > position.followed_to or any(gap.first <= number <= gap.last for gap in position.gaps)
    )


@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_every_number_is_followed_exactly_once_in_whatever_order_they_are_committed(
    order: list[int], looks_after: list[int]
) -> None:
    committed: set[int] = set()
    read: list[int] = []
    position = Position()
    waiting = list(order)
    for count in looks_after:
        committed |= set(waiting[:count])
        waiting = waiting[count:]
        due = numbers_due(position, committed)
        read += due
        position = followed(position, *due)
    assert sorted(read) == list(range(1, 13))
    assert position == Position(12, NOON)


def test_a_node_counts_for_itself_and_all_above_it() -> None:
    top, middle, bottom, other = (uuid.uuid4() for _ in range(4))
    lines = with_ancestors({top: None, middle: top, bottom: middle, other: top})
    assert lines[bottom] == {bottom, middle, top}
    assert lines[top] == {top}


def test_a_relative_is_above_or_below_but_never_beside() -> None:
    top, middle, bottom, other = (uuid.uuid4() for _ in range(4))
    relatives = with_relatives({top: None, middle: top, bottom: middle, other: top})
    assert relatives[middle] == {top, middle, bottom}
    assert relatives[other] == {top, other}
    assert relatives[top] == {top, middle, bottom, other}


def test_a_tree_that_bites_its_own_tail_does_not_hang() -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    assert with_ancestors({one: two, two: one})[one] == {one, two}


def test_a_parent_that_is_not_there_ends_the_line() -> None:
    one = uuid.uuid4()
    assert with_ancestors({one: uuid.uuid4()})[one] == {one}


def test_plain_text_has_no_capitals_accents_or_apostrophes() -> None:
    assert plain(" Women’s  Café Sràid O'Neill ") == "womens cafe sraid oneill"
