"""Applies the rows of a source to the directory: what is new, what changed, what is gone and what came back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.closing import close_service
from partnerdir.directory.models import Service
from partnerdir.directory.queries import list_whole_services
from partnerdir.directory.rules import ClosingReason, ServiceStatus
from partnerdir.errors import BadInput
from partnerdir.exchange.known import Known
from partnerdir.exchange.listing import Entry, Listing
from partnerdir.exchange.merging import add_place, merge_service, merge_window, merged_fields
from partnerdir.exchange.models import SourceRow
from partnerdir.exchange.queries import list_source_rows
from partnerdir.exchange.runs import FileRead, Progress, Remark, Run
from partnerdir.funding.actions import add_window
from partnerdir.funding.models import FundingWindow
from partnerdir.funding.queries import list_windows_by_service

T = TypeVar("T")
# Rows that are written between two flushes; a statement never names more than this many services.
BATCH = 500
# A register that loses more than this share of its rows in one edition was more likely cut short.
LARGEST_LOSS = 0.2
LOSS_THAT_MAY_BE = 100


@dataclass(frozen=True)
class SourceOfRows:
    """A source, as far as applying its rows goes."""

    name: str
    listing_before: Callable[[Mapping[str, Any]], Listing]
    is_full_register: bool = False
    many_may_be_gone: bool = False


def apply_entries(read: FileRead, source: SourceOfRows, today: date, progress: Progress) -> None:
    """Writes what the entries of a file add and change, and counts it in the run. Raises: BadInput."""
    run, entries = read.run, read.entries
    with db.session.no_autoflush:
        rows = list_source_rows(source.name)
        new = [entry for entry in entries if entry.key not in rows]
        stale = [entry for entry in entries if entry.key in rows and _is_stale(rows[entry.key], entry)]
        gone = [row for row in rows.values() if not row.gone_on and row.key not in read.keys] if source.is_full_register else []
        if not source.many_may_be_gone:
            _refuse_suspicious_loss(run, gone, rows)
        returned = sum(rows[entry.key].gone_on is not None for entry in stale)
        run.counts |= {
            "added": len(new),
            "changed": len(stale) - returned,
            "unchanged": len(entries) - len(new) - len(stale),
            "gone": len(gone),
            "returned": returned,
        }
        known = Known()
        known.add_missing(entry.listing for entry in (*new, *stale))
        _add_services(source, new, known, progress)
        _change_services(run, source, stale, rows, known, progress)
        _close_services(run, source, gone, today)
        run.left_out = [Remark(entry.where, sentence) for entry in (*new, *stale) for sentence in entry.left_out]


def _is_stale(row: SourceRow, entry: Entry) -> bool:
    return row.gone_on is not None or row.row != entry.row


def _add_services(source: SourceOfRows, entries: list[Entry], known: Known, progress: Progress) -> None:
    rows = []
    for number, entry in enumerate(progress(entries), start=1):
        service = _add_service(entry.listing, known)
        rows.append(SourceRow(layout=source.name, key=entry.key, service_id=service.id, row=entry.row))
        if number % BATCH == 0:
            db.session.flush()
    db.session.flush()
    db.session.add_all(rows)
    db.session.flush()


def _add_service(listing: Listing, known: Known) -> Service:
    service = directory.add_service(
        known.organisation_ids[listing.organisation.identifier],
        needs=[known.needs[code] for code in sorted(listing.needs)],
        area_ids=known.area_ids(listing.areas),
        phones=sorted(listing.phones),
        **listing.fields,
    )
    add_place(service, listing, known)
    if listing.hours:
        directory.add_schedule(service, description=listing.hours)
    if listing.payment:
        add_window(service.id, known.require_fund_id(listing.payment), **listing.payment.fields)
    return service


def _change_services(
    run: Run, source: SourceOfRows, entries: list[Entry], rows: dict[str, SourceRow], known: Known, progress: Progress
) -> None:
    for entry, service, windows in _with_services(progress(entries), rows):
        row = rows[entry.key]
        before = source.listing_before(row.row)
        if row.gone_on:
            before = replace(before, fields={**before.fields, "status": ServiceStatus.CLOSED})
            run.reopened.append(Remark(entry.where, f"{service.name} is in the file again"))
        kept = merge_service(service, before, entry.listing, known)
        if before.payment and entry.listing.payment:
            window = next((window for window in windows if window.grant_id == entry.key), None)
            kept += merge_window(window, before.payment, entry.listing.payment, known)
        if kept:
            run.kept_ours.append(Remark(entry.where, f"{service.name}: {', '.join(kept)}"))
        row.row, row.gone_on = entry.row, None
    db.session.flush()


def _with_services(
    entries: Iterable[Entry], rows: dict[str, SourceRow]
) -> Iterator[tuple[Entry, Service, list[FundingWindow]]]:
    for batch in _batches(entries):
        ids = [rows[entry.key].service_id for entry in batch]
        windows = list_windows_by_service(ids)
        for entry, service in zip(batch, list_whole_services(ids), strict=True):
            yield entry, service, windows[service.id]
        db.session.flush()


def _close_services(run: Run, source: SourceOfRows, gone: list[SourceRow], today: date) -> None:
    for batch in _batches(gone):
        for row, service in zip(batch, list_whole_services([row.service_id for row in batch]), strict=True):
            said = source.listing_before(row.row).fields
            closed, kept = merged_fields(service, {"status": said["status"]}, {"status": ServiceStatus.CLOSED})
            directory.change_service(service, closed)
            if closed:
                close_service(service, today, ClosingReason.OTHER)
            row.gone_on = today
            run.closed.append(Remark(row.key, f"{service.name} is no longer in the file; closed"))
            if kept:
                run.kept_ours.append(Remark(row.key, f"{service.name}: status"))
    db.session.flush()


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _refuse_suspicious_loss(run: Run, gone: list[SourceRow], rows: dict[str, SourceRow]) -> None:
    running = sum(row.gone_on is None for row in rows.values())
    if len(gone) > max(LOSS_THAT_MAY_BE, running * LARGEST_LOSS):
        raise BadInput(
            {
                "file": f"{run.file_name} lacks {len(gone):,} of the {running:,} services that this register had; it looks"
                " cut short. Nothing was imported. If all of them have really closed, add --many-gone."
            }
        )
