"""Pages that say what this is, what it keeps, and how to leave quickly."""

from flask import Response, render_template

from partnerdir.web.access import open_to_everyone


@open_to_everyone
def about() -> str:
    """What this is for, and where its facts come from."""
    return render_template("public/about.html")


@open_to_everyone
def privacy() -> str:
    """What is kept of visitors, and of people who sign in."""
    return render_template("public/privacy.html")


@open_to_everyone
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("public/accessibility.html")


@open_to_everyone
def leaving_quickly() -> str:
    """What 'Exit this page' does, and honestly what it does not."""
    return render_template("public/leaving_quickly.html")


@open_to_everyone
def robots() -> Response:
    """Asks search engines to leave out the answers to searches, whose addresses are new each time."""
    closed_off = ("/results/", "/sheet/", "/sign-in", "/password/")
    return Response("User-agent: *\n" + "".join(f"Disallow: {part}\n" for part in closed_off), mimetype="text/plain")
