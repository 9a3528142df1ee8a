"""The first page: the search box and the needs to choose from."""

from flask import render_template

from partnerdir.directory.queries import list_needs
from partnerdir.web.access import open_to_everyone
from partnerdir.web.public.choices import list_branches, list_need_links


@open_to_everyone
def home() -> str:
    """Where everybody begins."""
    needs = list_needs()
    return render_template(
        "public/home.html",
        needs=[branch for branch in list_branches(needs) if branch.top.parent_id is None],
        links=list_need_links(needs),
    )
