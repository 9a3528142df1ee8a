"""Anybody finds a service, in a few clear steps, and leaves no trace."""

from datetime import timedelta

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnerdir import clock
from partnerdir.directory import actions as directory
from partnerdir.directory.models import Need, Service
from partnerdir.directory.rules import ServiceStatus, Taking
from partnerdir.geography.actions import add_area
from partnerdir.geography.models import Area, AreaKind
from partnerdir.search.rules import Question
from partnerdir.web.questions import opened, sealed
from tests import make
from tests.web.reading import asked, index, link_named, names_in, title_of, words_of


@pytest.fixture
def needs(app: Flask) -> dict[str, Need]:
    """Housing with rent arrears below it, and money."""
    with make.saved():
        housing = make.a_need("Housing", "housing", description="Somewhere safe to live.")
        rent = make.a_need("Rent arrears", "rent", parent_id=housing.id, words=["behind with the rent"])
        return {"housing": housing, "rent": rent, "money": make.a_need("Money", "money")}


@pytest.fixture
def areas(app: Flask) -> dict[str, Area]:
    """A council with two wards."""
    with make.saved():
        council = make.an_area("Firthshire", "firthshire", AreaKind.COUNCIL)
        wards = [add_area(name, name.lower(), AreaKind.WARD, council.id) for name in ("Northgate", "Southmoor")]
        return {area.code: area for area in (council, *wards)}


@pytest.fixture
def tenancy(needs: dict[str, Need], areas: dict[str, Area]) -> Service:
    """One service with all that a result shows."""
    with make.saved():
        service = make.a_service(
            "Harbour Tenancy Support",
            make.an_organisation("Harbour Trust"),
            summary="Help to keep a tenancy.",
            needs=[needs["rent"]],
            area_ids=[areas["northgate"].id],
            phones=["01314960001"],
            minimum_age=16,
            maximum_age=25,
            taking=Taking.WAITING_LIST,
        )
        make.a_window(service, clock.today() + timedelta(days=400))
        return service


def _many(count: int, **fields: object) -> None:
    with make.saved():
        organisation = make.an_organisation()
        for number in range(count):
            make.a_service(f"Club {number:03}", organisation, **fields)


def test_a_result_shows_what_it_does_where_it_is_how_to_reach_it_and_its_funding(
    app: Flask, visitor: FlaskClient, tenancy: Service
) -> None:
    index(app)
    page = words_of(asked(visitor, "tenancy"))
    for words in (
        "1 service",
        "Harbour Tenancy Support",
        "Harbour Trust · Northgate",
        "Help to keep a tenancy.",
        "Ages 16 to 25",
        "Waiting list",
        "0131 496 0001",
        "Funded until",
    ):
        assert words in page
    assert "tel:+441314960001" in asked(visitor, "tenancy").text


def test_a_search_posts_and_leads_to_an_address_without_its_words(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    answer = visitor.post("/search", data={"words": "tenancy trouble", "area": "northgate", "need": "rent"})
    assert answer.status_code == 303
    for word in ("tenancy", "trouble", "northgate", "rent", "words"):
        assert word not in answer.location.lower().rpartition("/results/")[0]
    question = opened(answer.location.rpartition("/results/")[2])
    assert question.words == "tenancy trouble"


def test_reading_a_search_by_its_address_leads_home(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?words=rent")
    assert (answer.status_code, answer.location) == (302, "/")


def test_going_back_and_loading_again_shows_the_same_list(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    index(app)
    address = visitor.post("/search", data={"words": "tenancy"}).location
    first, again = visitor.get(address), visitor.get(address)
    assert first.status_code == again.status_code == 200
    assert names_in(first) == names_in(again) == ["Harbour Tenancy Support"]


def test_what_was_asked_stands_in_the_box_again(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    index(app)
    answer = asked(visitor, 'keep "my" tenancy', place="northgate", need="rent")
    box = next(html5lib.parse(answer.text, namespaceHTMLElements=False).iter("form"))
    fields = {field.get("name"): field.get("value") for field in box.iter("input")}
    before = opened(str(fields.pop("asked")))
    assert fields == {"words": 'keep "my" tenancy', "place": "Northgate"}
    assert before.need_id == tenancy.needs[0].id
    assert box.get("autocomplete") == "off"
    assert box.get("method") == "post"


def test_the_results_have_a_neutral_title_and_no_engine_keeps_them(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    index(app)
    answer = asked(visitor, "tenancy")
    assert title_of(answer) == "Results – partnerdir"
    assert 'name="robots" content="noindex, nofollow"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_choosing_a_need_and_an_area_narrows_to_as_many_as_the_count_says(
    visitor: FlaskClient, needs: dict[str, Need], areas: dict[str, Area], tenancy: Service
) -> None:
    _many(3, needs=[needs["money"]], area_ids=[areas["southmoor"].id])
    _many(2, needs=[needs["housing"]], area_ids=[areas["northgate"].id])
    everything = asked(visitor)
    assert "6 services" in words_of(everything)
    housing = visitor.get(link_named(everything, "Housing 3"))
    assert "3 services for housing" in words_of(housing)
    rent = visitor.get(link_named(housing, "Rent arrears 1"))
    assert "1 service for rent arrears" in words_of(rent)
    assert "3 services for housing" in words_of(visitor.get(link_named(rent, "Housing")))
    assert "6 services" in words_of(visitor.get(link_named(rent, "Any")))
    southmoor = visitor.get(link_named(everything, "Southmoor 3"))
    assert "3 services in Southmoor" in words_of(southmoor)


def test_every_need_on_the_first_page_leads_to_its_services(visitor: FlaskClient, tenancy: Service) -> None:
    home = visitor.get("/")
    assert names_in(visitor.get(link_named(home, "Housing"))) == ["Harbour Tenancy Support"]
    assert names_in(visitor.get(link_named(home, "Rent arrears"))) == ["Harbour Tenancy Support"]
    assert names_in(visitor.get(link_named(home, "Money"))) == []


def test_a_long_list_comes_in_pages(visitor: FlaskClient, app: Flask) -> None:
    _many(45)
    first = asked(visitor)
    assert "45 services, page 1 of 3" in words_of(first)
    second = visitor.get(link_named(first, "Next"))
    third = visitor.get(link_named(second, "Next"))
    shown = names_in(first) + names_in(second) + names_in(third)
    assert len(shown) == len(set(shown)) == 45
    assert names_in(visitor.get(link_named(second, "Previous"))) == names_in(first)


def test_a_page_beyond_the_end_is_kind(visitor: FlaskClient, tenancy: Service) -> None:
    answer = visitor.get(f"/results/{sealed(Question(page=99_999))}")
    assert answer.status_code == 404
    assert "The list ends before this page" in words_of(answer)
    assert names_in(visitor.get(link_named(answer, "Go to its first page"))) == ["Harbour Tenancy Support"]


def test_nothing_found_says_what_to_do(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    index(app)
    answer = asked(visitor, "zzzz", area="southmoor", need="money")
    assert answer.status_code == 200
    page = words_of(answer)
    assert "Nothing was found" in page
    assert "try fewer or other words" in page
    wider = visitor.get(link_named(answer, "look for the same in every area"))
    assert opened(wider.request.path.rpartition("/")[2]).area_id is None
    assert link_named(answer, "choose from the list of needs") == "/"


def test_a_changed_address_is_a_kind_page(visitor: FlaskClient) -> None:
    for text in ("nonsense", sealed(Question("rent"))[:-4] + "AAAA", "a" * 3000, "%F0%9F%98%80"):
        answer = visitor.get(f"/results/{text}")
        assert answer.status_code == 404
        assert "Page not found" in words_of(answer)
        assert link_named(answer, "Go to the search") == "/"


def test_too_many_words_are_cut_and_the_page_says_so(app: Flask, visitor: FlaskClient, tenancy: Service) -> None:
    index(app)
    answer = asked(visitor, "tenancy " + "x" * 10_000)
    assert answer.status_code == 200
    assert "We looked for the first 500 characters only" in words_of(answer)
    assert "We looked for" not in words_of(asked(visitor, "tenancy"))


@pytest.mark.parametrize(
    "words",
    ["' OR 1=1 --", "\x00\x1b[31m\u202e", "😀" * 500, "<script>alert(1)</script>", "{{ 7*7 }}", "AND OR NOT *:*", "\ufffd"],
)
def test_nonsense_is_answered_kindly(app: Flask, visitor: FlaskClient, tenancy: Service, words: str) -> None:
    index(app)
    answer = asked(visitor, words)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("field", ["area", "need"])
def test_an_area_or_need_that_does_not_exist_is_a_kind_page(visitor: FlaskClient, field: str) -> None:
    answer = asked(visitor, "rent", **{field: "no-such"})
    assert answer.status_code == 404
    assert "Page not found" in words_of(answer)


def test_names_are_never_markup(app: Flask, visitor: FlaskClient) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    with make.saved():
        need = make.a_need(f"Need {evil}", "evil", description=evil)
        area = make.an_area(f"Area {evil}", 'evil"area')
        service = make.a_service(
            f"Service {evil}", make.an_organisation(f"Trust {evil}"), needs=[need], area_ids=[area.id],
            phones=[f"0131{evil}"], url="javascript:alert(1)", email=f"a{evil}@example.org", description=evil,
            summary=evil, fees_description=evil, languages=[evil], assured_by=evil,
        )  # fmt: skip
        directory.add_contact(service, f"Desk {evil}", phones=[evil], email=evil)
        directory.add_service_at_location(service, directory.add_location(name=evil, address_1=evil), evil)
    for answer in (visitor.get("/"), asked(visitor), visitor.get(f"/services/{service.id}")):
        assert "<img" not in answer.text
        assert "javascript:" not in answer.text
        assert "Service &#34;&gt;" in answer.text or answer.request.path == "/"


def test_a_closed_service_says_so_in_the_list(visitor: FlaskClient, tenancy: Service) -> None:
    with make.saved():
        tenancy.status = ServiceStatus.CLOSED
    page = asked(visitor)
    assert "Harbour Tenancy Support" not in words_of(page) or "Closed" in words_of(page)


def test_a_page_of_results_asks_the_database_as_often_for_twenty_as_for_three(
    app: Flask, visitor: FlaskClient, statements: list[str], areas: dict[str, Area], needs: dict[str, Need]
) -> None:
    def asked_of_database(count: int) -> int:
        asked(visitor)
        with make.saved():
            for number in range(count):
                service = make.a_service(
                    f"Club {number:03}", needs=[needs["rent"]], area_ids=[areas["northgate"].id], phones=["0131 496 0001"]
                )
                directory.add_contact(service, "Desk", phones=["0131 496 0002"])
                make.a_window(service, clock.today(), fund=make.a_fund(f"Fund {number}", f"Funder {number} {count}"))
        asked(visitor)
        app.extensions["search"].find(Question())
        statements.clear()
        assert len(names_in(asked(visitor))) == min(20, len(names_in(asked(visitor))))
        return len(statements)

    assert asked_of_database(3) == asked_of_database(20) <= 2 * 18


def test_twenty_results_weigh_no_more_than_forty_kilobytes(visitor: FlaskClient, areas: dict[str, Area]) -> None:
    _many(
        40, summary="What it does, said in a line that is about as long as people write them, and a bit. " * 2,
        area_ids=[areas["northgate"].id, areas["southmoor"].id], phones=["0131 496 0001"], minimum_age=16, maximum_age=25,
    )  # fmt: skip
    answer = asked(visitor)
    assert len(names_in(answer)) == 20
    assert len(answer.data) <= 40_000


def test_a_search_without_an_index_is_said_kindly_and_the_log_names_the_command(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.post("/search", data={"words": "rent"}, follow_redirects=True)
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text
    assert "flask search rebuild" in caplog.text
    assert "rent" not in caplog.text


def test_a_stale_listing_is_marked_in_the_list_and_stands_below_a_fresh_one(app: Flask) -> None:
    with make.saved():
        trust = make.an_organisation()
        for name, days in (("Chess club A", 800), ("Chess club B", 8)):
            service = make.a_service(name, trust)
            directory.verify_service(service, "A coordinator", clock.today() - timedelta(days))
    index(app)
    page = asked(app.test_client(), "chess club")
    assert names_in(page) == ["Chess club B", "Chess club A"]
    assert page.text.count("Last checked on") == 1
