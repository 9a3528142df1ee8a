"""The day after a day, and the day before, as each database says them."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DayAfter(FunctionElement[date]):
    """The day after the day that a column holds."""

    name = "day_after"
    inherit_cache = True
    type = sa.Date()


@compiles(DayAfter)
def _in_general(element: DayAfter, compiler: SQLCompiler, **named: Any) -> str:
    return f"({compiler.process(element.clauses, **named)} + 1)"


@compiles(DayAfter, "sqlite")
def _in_sqlite(element: DayAfter, compiler: SQLCompiler, **named: Any) -> str:
    return f"date({compiler.process(element.clauses, **named)}, '+1 day')"


class DayBefore(FunctionElement[date]):
    """The day before the day that a column holds."""

    name = "day_before"
    inherit_cache = True
    type = sa.Date()


@compiles(DayBefore)
def _before_in_general(element: DayBefore, compiler: SQLCompiler, **named: Any) -> str:
    return f"({compiler.process(element.clauses, **named)} - 1)"


@compiles(DayBefore, "sqlite")
def _before_in_sqlite(element: DayBefore, compiler: SQLCompiler, **named: Any) -> str:
    return f"date({compiler.process(element.clauses, **named)}, '-1 day')"
