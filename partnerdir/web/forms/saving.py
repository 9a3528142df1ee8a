"""How a form's change is tried: it works as a whole, or its problems stand at the fields and nothing is changed."""

from collections.abc import Callable

from flask_wtf import FlaskForm

from partnerdir.database import Record, db
from partnerdir.errors import BadInput, Conflict


def tried(form: FlaskForm, save: Callable[[], object], record: Record | None = None) -> bool:
    """Whether the change worked; if not, what is wrong stands in the form and the typing is kept."""
    try:
        with db.session.begin_nested():
            save()
            db.session.flush()
    except BadInput as problem:
        for name, sentence in problem.sentences.items():
            form[name if name in form else form.main_field].errors = [sentence]
    except Conflict as problem:
        form[form.main_field].errors = [str(problem)]
        if record is not None:
            # The next save is made knowing the newer version, which the page shows beside the form.
            db.session.refresh(record)
            form["version"].data = str(record.version)
            form["version"].raw_data = None
    else:
        return True
    return False
