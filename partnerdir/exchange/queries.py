"""What is asked of imports."""

import sqlalchemy as sa

from partnerdir.database import db
from partnerdir.exchange.models import ImportRun, SourceRow


def list_source_rows(layout: str) -> dict[str, SourceRow]:
    """What a source last said of each of its services, by the source's own key."""
    return {row.key: row for row in db.session.scalars(sa.select(SourceRow).where(SourceRow.layout == layout))}


def list_import_runs() -> list[ImportRun]:
    """Every import that was applied, the latest first."""
    return list(db.session.scalars(sa.select(ImportRun).order_by(ImportRun.applied_at.desc())))
