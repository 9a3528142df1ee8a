"""How a layout says where a value comes from: which columns, read how, put together how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from partnerdir.exchange import cells

Row = Mapping[str, str]


WHERE = {"place.address_1", "place.postal_code", "place.latitude", "place.longitude", "phones"}


class FaultyRow(Exception):
    """A row that is not a service we can keep; its text says why."""


class Source(Protocol):
    """Where a value comes from."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    def read(self, row: Row) -> Any: ...


@dataclass(frozen=True)
class Cell:
    """One column, read by one reader."""

    column: str
    reader: Callable[[str], Any] = cells.one_line

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def read(self, row: Row) -> Any:
        try:
            return self.reader(row[self.column])
        except (cells.Unusable, cells.Impossible) as fault:
            raise type(fault)(f"{self.column}: {fault}") from fault


@dataclass(frozen=True)
class Part:
    """A piece of a text: a column, the words around it, and the values that say nothing."""

    column: str
    form: str = "{}"
    reader: Callable[[str], str] = cells.one_line
    says_nothing: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Text:
    """The filled ones of several columns, as one text."""

    parts: Sequence[Part]
    between: str = ", "

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(part.column for part in self.parts)

    def read(self, row: Row) -> str:
        said = [(part, Cell(part.column, part.reader).read(row)) for part in self.parts]
        return self.between.join(part.form.format(value) for part, value in said if value not in part.says_nothing)


@dataclass(frozen=True)
class Word:
    """A column that holds one word of a closed list; a word we do not know refuses the row."""

    column: str
    meanings: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def read(self, row: Row) -> Any:
        word = cells.one_line(row[self.column])
        if word not in self.meanings:
            raise FaultyRow(f"{self.column} says {cells.shortened(word, 60)!r}, which this layout does not know")
        return self.meanings[word]


@dataclass(frozen=True)
class Words:
    """Columns that hold words, several in a cell where ';' stands between; each that we know means some codes.

    In a closed column a word that we do not know refuses the row.
    """

    meanings: Mapping[str, Mapping[str, Sequence[str]]]
    closed: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.meanings)

    def read(self, row: Row) -> list[str]:
        for column in self.closed:
            Word(column, self.meanings[column]).read(row)
        codes = (
            code
            for column, meanings in self.meanings.items()
            for word in row[column].split(";")
            for code in meanings.get(cells.one_line(word), ())
        )
        return sorted(set(codes))


@dataclass(frozen=True)
class FirstOf:
    """The first of several sources that says something."""

    sources: Sequence[Source]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for source in self.sources for column in source.columns)

    def read(self, row: Row) -> Any:
        return next((value for source in self.sources if (value := source.read(row))), "")


@dataclass(frozen=True)
class Number:
    """The number by which a register knows somebody, made from a source; some are known by another."""

    prefix: str
    source: Source
    coded: Callable[[str], str] = cells.one_line
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        return self.source.columns

    def read(self, row: Row) -> str:
        value = self.source.read(row)
        return self.known.get(value) or f"{self.prefix}{self.coded(value)}" if value else ""


@dataclass(frozen=True)
class Layout:
    """What one publisher calls its columns, and what we make of them."""

    name: str
    title: str
    key: tuple[str, ...]
    fields: Mapping[str, Source]
    left_out: Mapping[str, str]
    encoding: str = "utf-8-sig"
    required: tuple[str, ...] = ()
    same_service: tuple[str, ...] = ()
    is_full_register: bool = False

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that we read, each once, in the order in which the fields name them."""
        named = (*self.key, *self.required, *(column for source in self.fields.values() for column in source.columns))
        return tuple(dict.fromkeys(named))

    @property
    def columns_of_where(self) -> frozenset[str]:
        """The columns that say where in its town a service is, or where it rings."""
        says_where = (source for field, source in self.fields.items() if field in WHERE)
        return frozenset(column for source in says_where for column in source.columns)
