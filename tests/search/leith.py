"""A city with two wards, and a service for each way to count as near a place in it."""

from partnerdir.database import db
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Service
from partnerdir.search.rules import Place

LATITUDE, LONGITUDE = 55.9700, -3.1700
LEITH = Place("EH6 5AB", LATITUDE, LONGITUDE)
MILE = 1 / 69.1  # degrees of latitude


def put(service: Service, miles_north: float, town: str = "") -> None:
    """Puts a service somewhere in its town, so many miles north of Leith."""
    place = directory.add_location(latitude=LATITUDE + miles_north * MILE, longitude=LONGITUDE, city=town)
    db.session.flush()
    directory.add_service_at_location(service, place)
