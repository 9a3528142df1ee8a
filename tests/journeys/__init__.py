"""A few whole journeys in a real browser with a real mail server; nothing is faked."""
