from partnerdir.languages import gettext

"""What is true of lists and saved searches: how many there may be, and how they are called."""

LONGEST_NAME = 60
MOST_LISTS, MOST_SERVICES, MOST_SHARES = 50, 200, 20  # of one account; on one list; of one list
MOST_SEARCHES = 20  # of one account: each is asked every day
MOST_MATCHES = 1000  # a search that finds more tells so much that nobody reads it


def plain_name(name: str) -> str:
    """The name without line breaks, control characters and needless spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


def name_problem(name: str) -> str:
    """What is wrong with the name of a list or search, as a sentence; empty when nothing is."""
    if not plain_name(name):
        return gettext("Enter a name, such as “Tuesday visits”.")
    if len(plain_name(name)) > LONGEST_NAME:
        return gettext("The name must be %(longest_name)s characters or fewer.", longest_name=LONGEST_NAME)
    return ""
