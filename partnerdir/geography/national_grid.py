"""Eastings and northings of the British National Grid as degrees of WGS84.

Both steps are those of Ordnance Survey's "A guide to coordinate systems in Great Britain" (2020): annexe C for the
projection, section 6.6 for the Helmert transformation, which is good to about 5 metres; a postcode is wider.
"""

from math import atan2, cos, degrees, pi, radians, sin, sqrt, tan
from typing import NamedTuple


class Ellipsoid(NamedTuple):
    """Half axes in metres."""

    a: float
    b: float

    @property
    def e2(self) -> float:
        """The square of its eccentricity."""
        return 1 - (self.b / self.a) ** 2


AIRY = Ellipsoid(6_377_563.396, 6_356_256.909)
WGS84 = Ellipsoid(6_378_137.000, 6_356_752.3142)

# The projection: scale on the central meridian, true origin in radians and in metres.
SCALE = 0.9996012717
ORIGIN_LATITUDE, ORIGIN_LONGITUDE = radians(49), radians(-2)
ORIGIN_EASTING, ORIGIN_NORTHING = 400_000.0, -100_000.0
N = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b)

# From OSGB36 to WGS84: the guide's parameters for the other way, with their signs turned.
SHIFT = (446.448, -125.157, 542.060)  # metres
TURN = tuple(radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
STRETCH = 1 - 20.4894e-6

A_TENTH_OF_A_MILLIMETRE = 1e-4


def degrees_of(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in degrees of WGS84 of a point on the National Grid in metres."""
    latitude, longitude = _unprojected(easting, northing)
    x, y, z = _as_seen_from_the_centre(latitude, longitude, AIRY)
    (dx, dy, dz), (rx, ry, rz) = SHIFT, TURN
    latitude, longitude = _as_seen_from_the_surface(
        dx + STRETCH * x - rz * y + ry * z,
        dy + rz * x + STRETCH * y - rx * z,
        dz - ry * x + rx * y + STRETCH * z,
        WGS84,
    )
    return degrees(latitude), degrees(longitude)


def _unprojected(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in radians on the Airy ellipsoid (annexe C.2; the names are the guide's)."""
    north = northing - ORIGIN_NORTHING
    phi = ORIGIN_LATITUDE + north / (AIRY.a * SCALE)
    while abs(missing := north - _meridian(phi)) >= A_TENTH_OF_A_MILLIMETRE:
        phi += missing / (AIRY.a * SCALE)
    s2, t = sin(phi) ** 2, tan(phi)
    nu = AIRY.a * SCALE / sqrt(1 - AIRY.e2 * s2)
    rho = nu * (1 - AIRY.e2) / (1 - AIRY.e2 * s2)
    eta2 = nu / rho - 1
    vii = t / (2 * rho * nu)
    viii = t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
    ix = t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4)
    x = 1 / (cos(phi) * nu)
    xi = x / (6 * nu**2) * (nu / rho + 2 * t**2)
    xii = x / (120 * nu**4) * (5 + 28 * t**2 + 24 * t**4)
    xiia = x / (5040 * nu**6) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    east = easting - ORIGIN_EASTING
    latitude = phi - vii * east**2 + viii * east**4 - ix * east**6
    return latitude, ORIGIN_LONGITUDE + x * east - xi * east**3 + xii * east**5 - xiia * east**7


def _meridian(phi: float) -> float:
    """Metres along the meridian from the true origin to this latitude."""
    less, more = phi - ORIGIN_LATITUDE, phi + ORIGIN_LATITUDE
    return (
        AIRY.b
        * SCALE
        * (
            (1 + N + 5 / 4 * N**2 + 5 / 4 * N**3) * less
            - (3 * N + 3 * N**2 + 21 / 8 * N**3) * sin(less) * cos(more)
            + (15 / 8 * N**2 + 15 / 8 * N**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * N**3 * sin(3 * less) * cos(3 * more)
        )
    )


def _as_seen_from_the_centre(latitude: float, longitude: float, on: Ellipsoid) -> tuple[float, float, float]:
    nu = on.a / sqrt(1 - on.e2 * sin(latitude) ** 2)
    return nu * cos(latitude) * cos(longitude), nu * cos(latitude) * sin(longitude), nu * (1 - on.e2) * sin(latitude)


def _as_seen_from_the_surface(x: float, y: float, z: float, on: Ellipsoid) -> tuple[float, float]:
    flat = sqrt(x * x + y * y)
    latitude, before = atan2(z, flat * (1 - on.e2)), 2 * pi
    while abs(latitude - before) > 1e-12:
        before = latitude
        nu = on.a / sqrt(1 - on.e2 * sin(latitude) ** 2)
        latitude = atan2(z + on.e2 * nu * sin(latitude), flat)
    return latitude, atan2(y, x)
