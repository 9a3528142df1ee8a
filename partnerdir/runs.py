"""How the worker is: which one of several leads, and when each job last ran. Nothing here commits."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from partnerdir.changes import Change
from partnerdir.database import Base, Moment, db

SCAN = "alerts scan"
LEASE = timedelta(seconds=15)
LATE_AFTER = timedelta(hours=26)  # a day, and two hours of patience for an update or a slow machine


class Lease(Base):
    """The right of one worker to lead; it runs out unless it is renewed."""

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    holder_id: Mapped[uuid.UUID] = mapped_column()
    # Which machine and which process, for whoever looks for it.
    holder: Mapped[str] = mapped_column(sa.String(200))
    ends_at: Mapped[datetime] = mapped_column(Moment)


class JobRun(Base):
    """When a job last started, went well and failed; one row for each job."""

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    succeeded_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    # What was wrong when it last failed.
    failure: Mapped[str] = mapped_column(sa.Text, default="")


def take_lease(session: Session, holder_id: uuid.UUID, holder: str, now: datetime) -> bool:
    """Takes or renews the lease by one conditional update, and says whether it is ours; two inserts at once may collide."""
    update = (
        sa.update(Lease)
        .where(Lease.name == SCAN, (Lease.holder_id == holder_id) | has_run_out(now))
        .values(holder_id=holder_id, holder=holder, ends_at=now + LEASE)
        .returning(Lease.name)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(update) is not None:
        return True
    if session.get(Lease, SCAN) is not None:
        return False
    session.add(Lease(name=SCAN, holder_id=holder_id, holder=holder, ends_at=now + LEASE))
    session.flush()
    return True


def has_run_out(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a lease binds nobody any more; an end too far ahead to have been set by a right clock counts as past."""
    return (Lease.ends_at < now) | (Lease.ends_at > now + 2 * LEASE)


def give_up_lease(session: Session, holder_id: uuid.UUID) -> None:
    """Lets another worker lead at once."""
    session.execute(sa.delete(Lease).where(Lease.name == SCAN, Lease.holder_id == holder_id))


def find_lease(now: datetime) -> Lease | None:
    """The lease that binds now."""
    return db.session.scalar(sa.select(Lease).where(Lease.name == SCAN, ~has_run_out(now)))


def note_run(session: Session, name: str, **fields: datetime | str) -> None:
    """Keeps what came of a job in these fields of its row; two first notes of one job at once may collide."""
    run = session.get(JobRun, name)
    if run is None:
        run = JobRun(name=name)
        session.add(run)
    for field, value in fields.items():
        setattr(run, field, value)
    session.flush()


def list_runs() -> dict[str, JobRun]:
    """The runs by the name of the job."""
    return {run.name: run for run in db.session.scalars(sa.select(JobRun).order_by(JobRun.name))}


def late_since(now: datetime) -> datetime | None:
    """Since when nobody has looked for what is due, if that is too long; None while all is well.

    Before the first time it counts from the first change there is: an installation without records has nothing to tell.
    A moment as far ahead was set by a wrong clock, and is believed no more than one as long ago.
    """
    last = db.session.scalar(sa.select(JobRun.succeeded_at).where(JobRun.name == SCAN))
    last = last or db.session.scalar(sa.select(sa.func.min(Change.at)))
    return last if last is not None and abs(now - last) > LATE_AFTER else None
