"""The criteria library: kinds, versions, checklists; what metrics count and samples draw."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from sqlalchemy import select

from prm.audits import services
from prm.audits.criteria import (
    Comparison,
    DocumentTerms,
    GradedTerms,
    Level,
    Metric,
    MetricTerms,
    Population,
    SampleTerms,
    Terms,
    draw_sample,
    from_parameters,
    kind_of,
    score_percent,
    to_parameters,
)
from prm.audits.models import Checklist, Criterion, CriterionVersion
from prm.audits.pseudonyms import make_token, mask, unmask
from prm.audits.queries import criteria as queries
from prm.audits.queries.metrics import Measured, Named, draw, measure
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing import queries as marketing
from prm.marketing import services as usage
from prm.marketing.models import UsageKind
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.audits.conftest import Cast
from tests.factories import World
from tests.factories import audits as making
from tests.factories.accreditations import make_accreditation
from tests.factories.certification import make_scheme
from tests.factories.marketing import make_asset
from tests.factories.revenue import orders
from tests.factories.training import assign, complete, make_course

ALL_TERMS: list[Terms] = [
    MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 2, UUID(int=5), "sales", "expert"),
    MetricTerms(Metric.ACCREDITATIONS, Comparison.AT_LEAST, 1, accreditation_id=UUID(int=6)),
    MetricTerms(Metric.REVENUE_12_MONTHS, Comparison.AT_MOST, 10),
    DocumentTerms(30),
    making.RUBRIC,
    SampleTerms(Population.ORDERS, 7, 1),
]


@pytest.mark.parametrize("terms", ALL_TERMS, ids=lambda each: type(each).__name__)
def test_terms_are_read_back_as_they_were_stored(terms: Terms) -> None:
    assert from_parameters(kind_of(terms), to_parameters(terms)) == terms


def test_a_sample_is_drawn_by_seed_and_date_alone() -> None:
    ids = [str(UUID(int=n)) for n in range(500)]
    drawn = draw_sample("seed", "2027-01-05", ids, 20)
    assert drawn == draw_sample("seed", "2027-01-05", list(reversed(ids)), 20)
    assert len({each for _draw, each in drawn}) == 20
    others = [draw_sample("other", "2027-01-05", ids, 20), draw_sample("seed", "2027-01-06", ids, 20)]
    assert all({e for _d, e in other} != {e for _d, e in drawn} for other in others)
    # Who is drawn does not depend on how many others there are.
    assert draw_sample("seed", "2027-01-05", ids, 500)[:20] == drawn


def test_scores_are_weighted_and_rounded_half_up() -> None:
    assert score_percent([]) is None
    assert score_percent([(1, Fraction(1)), (3, Fraction(0))]) == 25
    assert score_percent([(1, Fraction(1, 8))]) == 13
    assert score_percent([(2, Fraction(1)), (1, Fraction(1, 3))]) == 78


def test_names_and_addresses_are_masked_and_come_back() -> None:
    key = "ab" * 32
    ana, firm = make_token(key, "person", "1"), make_token(key, "company", "2")
    names = {"Ana Silva": ana, "Ana Silva & Sons": firm, "Bo": "person-000000000000"}
    masked = mask("ANA  SILVA of Ana Silva & Sons (ana.silva@x.example), Banana Silvan, Bo.", names,
                  lambda address: make_token(key, "mail", address))  # fmt: skip
    assert masked.startswith(f"{ana} of {firm} (mail-")
    assert masked.endswith("), Banana Silvan, Bo.")
    shown = {ana: "Ana Silva", firm: "Ana Silva & Sons"}
    assert unmask(masked, shown, "(erased)") == (
        "Ana Silva of Ana Silva & Sons ((erased)), Banana Silvan, Bo."
    )
    assert make_token("cd" * 32, "person", "1") != ana


def measured(world: World, cast: Cast, terms: MetricTerms, as_of: date | None = None) -> Measured:
    with world.acting(cast.vendor) as actor:
        partnership = db.session.get_one(Partnership, cast.partnership.id)
        return measure(actor, partnership, as_of or clock.today("UTC"), terms)


def test_certified_people_are_counted_once_and_as_of_the_date(
    world: World, cast: Cast, now: clock.SetClock
) -> None:
    before = clock.today("UTC")
    now.advance(days=1)
    course = make_course(world, cast.vendor, "Certifying")
    scheme = make_scheme(world, cast.vendor, course, validity_months=6)
    complete(world, cast.vendor, cast.learner, course)
    any_ = MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1)
    assert measured(world, cast, any_, before).value == 0
    found = measured(world, cast, any_)
    assert found.value == 1 and any_.is_met_by(found.value)
    row = found.rows[0]
    assert isinstance(row["person"], Named) and row["person"].value == "Leo Learner"
    assert isinstance(row["certificate"], Named)
    for narrowed in (
        MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1, job_function="sales"),
        MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1, skill_level="expert"),
        MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1, certification_id=UUID(int=1)),
    ):
        assert measured(world, cast, narrowed).value == 0
    same = MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1, certification_id=scheme.public_id)
    assert measured(world, cast, same).value == 1
    assert measured(world, cast, any_, before + timedelta(days=300)).value == 0  # expired by then


def test_accreditations_count_from_their_award_until_they_lapse(
    world: World, cast: Cast, now: clock.SetClock
) -> None:
    before = clock.today("UTC")
    now.advance(days=1)
    course = make_course(world, cast.vendor, "Certifying")
    make_scheme(world, cast.vendor, course, validity_months=6)
    made = make_accreditation(world, cast.vendor)
    complete(world, cast.vendor, cast.learner, course)
    named = MetricTerms(Metric.ACCREDITATIONS, Comparison.AT_LEAST, 1, accreditation_id=made.public_id)
    assert [measured(world, cast, named, day).value for day in (before, before + timedelta(days=1))] == [0, 1]
    assert measured(world, cast, named, before + timedelta(days=300)).value == 0  # lapsed by then
    found = measured(world, cast, named)
    assert found.rows[0]["accreditation"] == made.name
    other = MetricTerms(Metric.ACCREDITATIONS, Comparison.AT_LEAST, 1, accreditation_id=UUID(int=1))
    assert measured(world, cast, other).value == 0
    for terms in (
        other,
        MetricTerms(Metric.AGREEMENT_AGE, Comparison.AT_LEAST, 1, accreditation_id=made.public_id),
    ):
        with pytest.raises(DomainError), world.acting(cast.vendor) as actor, transaction():
            services.create_criterion(actor, name="Accredited", guidance="", terms=terms)


def test_the_other_metrics_count_what_their_rows_say(world: World, cast: Cast, now: clock.SetClock) -> None:
    today = clock.today("UTC")
    assign(world, cast.partnership, make_course(world, cast.vendor, "Due"), due_on=today)
    asset = make_asset(world, cast.vendor)
    with world.acting(cast.vendor, cast.learner) as actor, transaction():
        version = marketing.find_newest_version(asset.id)
        assert version is not None
        usage.record_usage(actor, version, UsageKind.DOWNLOADED)
    orders(
        world, cast.vendor,
        [{"partner": "Northwind", "ordered_on": day, "amount": amount}
         for day, amount in (("2026-01-05", "7"), ("2026-01-06", "100"), ("2027-01-05", "50.25"))],
    )  # fmt: skip
    with world.acting(cast.vendor), transaction():
        db.session.get_one(Partnership, cast.partnership.id).agreement_accepted_on = date(2026, 1, 5)

    def value(metric: Metric, as_of: date = today) -> int | None:
        return measured(world, cast, MetricTerms(metric, Comparison.AT_MOST, 12), as_of).value

    assert value(Metric.OVERDUE_ASSIGNMENTS) == 0
    assert value(Metric.USAGE_90_DAYS) == 1
    assert value(Metric.COMPLETIONS_12_MONTHS) == 1
    revenue = measured(world, cast, MetricTerms(Metric.REVENUE_12_MONTHS, Comparison.AT_LEAST, 150))
    assert (revenue.value, revenue.currency, len(revenue.rows)) == (150_25, "USD", 2)
    terms = MetricTerms(Metric.REVENUE_12_MONTHS, Comparison.AT_LEAST, 150)
    assert terms.is_met_by(150_25, 100) and not terms.is_met_by(149_99, 100)
    # Accepted a year ago to the day: twelve months have begun, as the policy counts them.
    assert value(Metric.AGREEMENT_AGE) == 12
    assert value(Metric.AGREEMENT_AGE, date(2026, 1, 4)) is None
    now.advance(days=100)
    later = clock.today("UTC")
    assert value(Metric.OVERDUE_ASSIGNMENTS, later) == 2
    assert value(Metric.USAGE_90_DAYS, later) == 0
    assert value(Metric.USAGE_90_DAYS, today + timedelta(days=89)) == 1
    assert value(Metric.AGREEMENT_AGE, later) == 16
    assert not terms.is_met_by(None)


@pytest.mark.parametrize("population", list(Population))
def test_samples_hold_no_row_of_after_the_date(
    world: World, cast: Cast, now: clock.SetClock, population: Population
) -> None:
    with world.acting(cast.vendor) as actor:
        partnership = db.session.get_one(Partnership, cast.partnership.id)
        terms = SampleTerms(population, 5)
        early = draw(actor, partnership, date(2027, 1, 3), terms, "s")
        assert (early.population, early.rows) == (0, ())
        found = draw(actor, partnership, date(2027, 1, 5), terms, "s")
        assert found.population == (1 if population is Population.COMPLETIONS else 0)


def test_a_change_makes_a_version_and_a_stale_one_is_refused(world: World, cast: Cast) -> None:
    client = world.client(cast.signer)
    made = client.post(
        "/acme/audits/criteria/new?kind=graded",
        data={"name": "Defects", "levels": "3: All\n1 - Some\n\n0: None", "pass_points": "2"},
    )
    assert made.status_code == 302
    with world.acting(cast.vendor) as actor:
        criterion = db.session.scalars(select(Criterion)).one()
        terms = queries.get_criterion(actor, criterion.public_id).terms
        assert terms == GradedTerms((Level(3, "All"), Level(1, "Some"), Level(0, "None")), 2)
        page = f"/acme/audits/criteria/{criterion.public_id}"
    sent = {"name": "Defects", "levels": "5: All\n0: None", "pass_points": "5", "is_active": "y"}
    assert client.post(page, data={**sent, "revision": "1"}).status_code == 302
    stale = client.post(page, data={**sent, "name": "KEPT", "revision": "1"})
    assert stale.status_code == 409 and 'value="KEPT"' in stale.text
    with world.acting(cast.vendor):
        numbers = db.session.scalars(select(CriterionVersion.number)).all()
        assert sorted(numbers) == [1, 2]
    assert "Version 1" in client.get(page).text


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("graded", {"levels": "nonsense\n0: None"}, "This line is none: nonsense"),
        ("graded", {"levels": "1: One"}, "Write between 2 and 10 levels"),
        ("graded", {"levels": "1: One\n1: Again"}, "points of its own"),
        ("graded", {"pass_points": "9"}, "It must be possible to pass"),
        ("metric", {"threshold": "-1"}, "whole number of 0 or more"),
        ("metric", {"threshold": "x"}, "valid integer"),
        ("metric", {"metric": "usage_90_days", "job_function": "sales"}, "Only certified people"),
        ("metric", {"name": " "}, "Enter a name."),
        ("sample", {"size": "0"}, "Draw between 1 and"),
        ("sample", {"allowed": "5"}, "Allow fewer rows"),
        ("document", {"valid_days": "99999"}, "between 0 and 3,650"),
    ],
)
def test_a_criterion_that_cannot_be_says_why(
    world: World, cast: Cast, kind: str, changes: dict[str, str], said: str
) -> None:
    good = {
        "name": "KEPT", "levels": "3: All\n0: None", "pass_points": "2", "metric": "certified_people",
        "comparison": "at_least", "threshold": "1", "population": "orders", "size": "5", "allowed": "0",
        "valid_days": "0",
    }  # fmt: skip
    client = world.client(cast.signer)
    answer = client.post(f"/acme/audits/criteria/new?kind={kind}", data={**good, **changes})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_checklist_has_an_order_and_weights(world: World, cast: Cast) -> None:
    making.make_checklist(world, cast.vendor)
    client = world.client(cast.signer)
    with world.acting(cast.vendor) as actor:
        keys = {s.criterion.name: s.criterion.public_id for s in queries.list_active_criteria(actor)}
    first, second = keys["Insurance (Annual review)"], keys["Courses completed (Annual review)"]
    sent = {
        "name": "Short one", f"position-{first}": "2", f"weight-{first}": "7",
        f"position-{second}": "1", f"weight-{second}": "3",
    }  # fmt: skip
    assert client.post("/acme/audits/checklists/new", data=sent).status_code == 302
    with world.acting(cast.vendor):
        checklist = db.session.scalars(select(Checklist).where(Checklist.name == "Short one")).one()
        lines = [(line.stated.criterion.public_id, line.weight) for line in queries.list_lines(checklist)]
        assert lines == [(second, 3), (first, 7)]
    page = f"/acme/audits/checklists/{checklist.public_id}"
    for wrong, said in (
        ({f"weight-{first}": "0"}, "whole numbers from 1 on"),
        ({f"weight-{first}": "101"}, "between 1 and 100"),
        ({f"position-{first}": "x"}, "whole numbers from 1 on"),
        ({f"position-{first}": "", f"position-{second}": ""}, "at least one criterion"),
        ({"name": "annual REVIEW"}, "already a checklist of this name"),
    ):
        answer = client.post(page, data={**sent, "revision": "1", **wrong})
        assert answer.status_code == 422 and said in answer.text, said
    assert client.post(page, data={**sent, "revision": "1", f"weight-{first}": "9"}).status_code == 302
    assert client.post(page, data={**sent, "revision": "1"}).status_code == 409


def test_only_an_administrator_keeps_the_library(world: World, cast: Cast) -> None:
    with (
        world.acting(cast.vendor, cast.auditor) as actor,
        pytest.raises(DomainError, match="Your role does not include this"),
        transaction(),
    ):
        services.create_criterion(actor, name="N", guidance="", terms=DocumentTerms())
    member = world.user(Role.CONTENT_AUTHOR, vendor=cast.vendor)
    assert world.client(member).get("/acme/audits/criteria/").status_code == 403


def test_a_retired_checklist_plans_nothing(world: World, cast: Cast) -> None:
    key = making.make_checklist(world, cast.vendor)
    with world.acting(cast.vendor) as actor, transaction():
        checklist = queries.get_checklist(key)
        lines = [(x.stated.criterion.public_id, x.weight) for x in queries.list_lines(checklist)]
        services.change_checklist(
            actor, checklist, name="Retired", lines=lines, is_active=False, revision=checklist.revision
        )
    with pytest.raises(DomainError, match="retired"):
        making.plan(world, cast.partnership, cast.auditor, key)
    with pytest.raises(Conflict), world.acting(cast.vendor) as actor, transaction():
        services.change_checklist(
            actor, queries.get_checklist(key), name="X", lines=lines, is_active=True, revision=1
        )
