"""Gathers every model, so that migrations and the database see all tables."""

from partnerdir.accounts import models as accounts
from partnerdir.alerts import models as alerts
from partnerdir.changes import Change
from partnerdir.database import Base
from partnerdir.directory import models as directory
from partnerdir.exchange import models as exchange
from partnerdir.funding import models as funding
from partnerdir.geography import models as geography
from partnerdir.lists import models as lists
from partnerdir.runs import JobRun, Lease

__all__ = ["Base", "Change", "JobRun", "Lease", "accounts", "alerts", "directory", "exchange", "funding", "geography", "lists"]
