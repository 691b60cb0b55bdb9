"""An audit of one partnership: from plan to signature, who does what, and what nobody can any more."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from prm.audits import services
from prm.audits.criteria import Comparison, Metric, MetricTerms
from prm.audits.models import (
    Audit,
    AuditAction,
    AuditEvidence,
    AuditFinding,
    AuditItem,
    AuditName,
    AuditRow,
    AuditStatus,
    SelfStatus,
    Severity,
    Verdict,
)
from prm.audits.queries import auditing
from prm.errors import Conflict, DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import P, Role
from tests.audits.conftest import Cast
from tests.factories import UserRef, World
from tests.factories import audits as making
from tests.factories.training import complete, make_course


def test_an_audit_goes_from_plan_to_a_signature_and_every_step_is_in_the_journal(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.close(world, audit, partner=cast.partner, signer=cast.signer)
    with world.acting(cast.vendor):
        found = db.session.get_one(Audit, audit.id)
        assert found.status is AuditStatus.CLOSED
        # Weights 1 + 2 + 4 are met; the rubric, weight 3, came to 1 of 3 points.
        assert found.score_percent == 80
        assert found.signed_by_id == cast.signer.id
        assert found.report_file_id is not None
        actions = db.session.scalars(
            select(JournalEntry.action).where(JournalEntry.action.like("audit.%")).order_by(JournalEntry.id)
        ).all()
    told = list(dict.fromkeys(actions))
    assert told == [
        "audit.planned", "audit.opened", "audit.answered", "audit.evidence_provided", "audit.judged",
        "audit.finding_added", "audit.reported", "audit.action_agreed", "audit.action_proved",
        "audit.action_accepted", "audit.submitted", "audit.closed", "audit.report_kept",
    ]  # fmt: skip


def test_the_journal_holds_no_name_of_an_audit(world: World, cast: Cast, audit: making.AuditRef) -> None:
    making.close(
        world, audit, partner=cast.partner, signer=cast.signer, finding="Leo Learner said so.",
        note="Asked Leo Learner.",
    )  # fmt: skip
    with world.acting(cast.vendor):
        entries = db.session.scalars(select(JournalEntry).where(JournalEntry.action.like("audit.%"))).all()
        told = "".join(str(entry.facts) for entry in entries)
    assert len(entries) > 12
    assert not [name for name in ("Leo", "Petra", "Carla", "Adam", "policy.pdf") if name in told]


def test_evidence_is_what_was_true_when_the_audit_opened(
    world: World, cast: Cast, audit: making.AuditRef, now: clock.SetClock
) -> None:
    making.open_(world, audit)
    now.advance(days=1)
    complete(world, cast.vendor, cast.partner, make_course(world, cast.vendor, "Another"))
    with world.acting(cast.vendor):
        item = making.items_of(db.session.get_one(Audit, audit.id))[0]
        assert (item.value, item.is_met) == (1, True)
        rows = db.session.scalars(select(AuditRow).where(AuditRow.item_id == item.id)).all()
        assert [row.cells["course"] for row in rows] == ["Installing"]


def test_an_audit_keeps_the_criteria_it_opened_with(world: World, cast: Cast, audit: making.AuditRef) -> None:
    making.open_(world, audit)
    with world.acting(cast.vendor) as actor, transaction():
        checklist = services.criteria.queries.list_active_checklists(actor)[0]
        line = services.criteria.queries.list_lines(checklist)[0]
        services.change_criterion(
            actor, line.stated.criterion, name="Quite another", guidance="",
            terms=MetricTerms(Metric.COMPLETIONS_12_MONTHS, Comparison.AT_LEAST, 99), is_active=True,
            revision=line.stated.criterion.revision,
        )  # fmt: skip
    with world.acting(cast.vendor):
        item = making.items_of(db.session.get_one(Audit, audit.id))[0]
        assert (item.name, item.parameters["threshold"]) == ("Courses completed (Annual review)", 1)


def test_the_auditor_cannot_sign_and_nobody_who_judged(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.judge_all(world, audit)
    # The audit is handed over after all was judged: who judged still took part.
    with world.acting(cast.vendor, cast.signer) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        services.change_plan(actor, found, due_on=found.due_on, auditor_id=cast.signer.public_id)
    handed_over = making.AuditRef(audit.id, audit.public_id, audit.partnership, cast.signer)
    making.report(world, handed_over)
    making.submit(world, handed_over)
    for who in (cast.signer, cast.auditor):
        with pytest.raises(DomainError, match="You took part"):
            making.sign(world, audit, who)
    third = world.user(Role.CHANNEL_MANAGER, vendor=cast.vendor)
    making.sign(world, audit, third)


def test_only_the_auditor_judges(world: World, cast: Cast, audit: making.AuditRef) -> None:
    making.open_(world, audit)
    with (
        pytest.raises(DomainError, match="Only the auditor, Carla Chan"),
        world.acting(cast.vendor, cast.signer) as actor,
        transaction(),
    ):
        found = auditing.get_audit(actor, audit.public_id)
        services.judge_item(actor, found, making.items_of(found)[0], verdict=Verdict.MET, note="")


def test_a_partner_learns_of_an_audit_when_it_opens_and_of_judgements_when_they_are_reported(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    client = world.client(cast.partner)
    page = f"/acme/audits/{audit.public_id}"
    assert client.get(page).status_code == 404
    making.open_(world, audit)
    making.judge_all(world, audit, fails=[3], note="DRAFTNOTE")
    finding = making.find(world, audit, 3, "DRAFTFINDING")
    with world.acting(cast.vendor):
        item = making.items_of(db.session.get_one(Audit, audit.id))[2]
    for path in (page, f"{page}/items/{item.public_id}", "/acme/audits/"):
        shown = client.get(path)
        assert shown.status_code == 200
        assert b"DRAFT" not in shown.data and "Not met" not in shown.text and "80 %" not in shown.text
    assert client.get(f"/acme/audits/findings/{finding}/actions/new").status_code == 404
    assert client.get(f"{page}/report.pdf").status_code == 409
    making.report(world, audit)
    assert b"DRAFTFINDING" in client.get(page).data
    assert b"DRAFTNOTE" in client.get(f"{page}/items/{item.public_id}").data
    assert client.get(f"{page}/report.pdf").data.startswith(b"%PDF")


def test_what_is_closed_can_no_longer_be_changed(world: World, cast: Cast, audit: making.AuditRef) -> None:
    making.close(world, audit, partner=cast.partner, signer=cast.signer)

    def attempt(who: UserRef, act: object) -> None:
        with pytest.raises(Conflict), world.acting(cast.vendor, who) as actor, transaction():
            found = auditing.get_audit(actor, audit.public_id)
            item = making.items_of(found)[0]
            finding = db.session.scalars(select(AuditFinding)).one()
            action = db.session.scalars(select(AuditAction)).one()
            evidence = db.session.scalars(select(AuditEvidence)).one()
            act(actor, found, item, finding, action, evidence)  # type: ignore[operator]

    today = clock.today("UTC")
    by_auditor = [
        lambda a, f, i, *_: services.judge_item(a, f, i, verdict=Verdict.NOT_MET, note="No."),
        lambda a, f, i, *_: services.add_finding(a, f, severity=Severity.MINOR, text="T", item=i),
        lambda a, f, i, x, *_: services.remove_finding(a, f, x),
        lambda a, f, i, x, *_: services.waive_finding(a, f, x, reason="R"),
        lambda a, f, i, x, y, _e: services.verify_action(a, f, y, is_accepted=True),
        lambda a, f, *_: services.report_findings(a, f, summary=""),
        lambda a, f, *_: services.submit_audit(a, f),
        lambda a, f, *_: services.open_audit(a, f),
        lambda a, f, *_: services.withdraw_audit(a, f),
        lambda a, f, *_: services.change_plan(a, f, due_on=today, auditor_id=cast.signer.public_id),
    ]
    for act in by_auditor:
        attempt(cast.auditor, act)
    for act in [
        lambda a, f, i, *_: services.answer_item(a, f, i, status=SelfStatus.MET, text="T"),
        lambda a, f, i, x, y, e: services.remove_evidence(a, f, i, e),
        lambda a, f, i, x, *_: services.agree_action(
            a, f, x, text="T", owner_id=cast.partner.public_id, due_on=today
        ),
        lambda a, f, i, x, y, _e: services.prove_action(a, f, y, text="T"),
    ]:
        attempt(cast.partner, act)
    for act in [
        lambda a, f, *_: services.sign_off(a, f),
        lambda a, f, *_: services.return_audit(a, f, reason="R"),
    ]:
        attempt(cast.signer, act)


def test_reporting_waits_for_every_judgement_and_a_finding_for_each_failure(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    with pytest.raises(DomainError, match="1, 2, 3, 4"):
        making.report(world, audit)
    making.judge_all(world, audit, fails=[2])
    with pytest.raises(DomainError, match="without a finding: criterion 2"):
        making.report(world, audit)
    making.find(world, audit, 2)
    making.report(world, audit)
    with pytest.raises(DomainError, match="neither corrected nor accepted"):
        making.submit(world, audit)


def test_a_proof_is_sent_back_with_a_reason_and_sent_again(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.judge_all(world, audit, fails=[3])
    finding = making.find(world, audit, 3)
    making.report(world, audit)
    partner, auditor = world.client(cast.partner), world.client(cast.auditor)
    agreed = partner.post(
        f"/acme/audits/findings/{finding}/actions/new",
        data={"text": "Train them.", "owner": str(cast.learner.public_id), "due_on": "2027-02-01"},
    )
    assert agreed.status_code == 302
    with world.acting(cast.vendor):
        action = db.session.scalars(select(AuditAction.public_id)).one()
    proof, verify = f"/acme/audits/actions/{action}/proof", f"/acme/audits/actions/{action}/verify"
    assert auditor.post(verify, data={"decision": "accept"}).status_code == 409  # nothing to look at yet
    assert partner.post(proof, data={"text": ""}).status_code == 422
    assert partner.post(proof, data={"text": "Trained."}).status_code == 302
    assert partner.post(proof, data={"text": "Again."}).status_code == 409
    silent = auditor.post(verify, data={"decision": "return", "reason": ""})
    assert silent.status_code == 422 and "Say what is missing." in silent.text
    assert auditor.post(verify, data={"decision": "return", "reason": "Who?"}).status_code == 302
    assert "Who?" in partner.get(f"/acme/audits/{audit.public_id}").text
    assert partner.post(proof, data={"text": "All."}).status_code == 302
    assert auditor.post(verify, data={"decision": "accept"}).status_code == 302
    making.submit(world, audit)


def test_an_audit_that_is_sent_back_can_be_judged_again(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.judge_all(world, audit)
    making.report(world, audit)
    making.submit(world, audit)
    signer = world.client(cast.signer)
    page = f"/acme/audits/{audit.public_id}/sign-off"
    assert signer.post(page, data={"decision": "return", "note": " "}).status_code == 422
    assert signer.post(page, data={"decision": "return", "note": "Look at 2."}).status_code == 302
    assert "Look at 2." in world.client(cast.auditor).get(f"/acme/audits/{audit.public_id}").text
    assert "Look at 2." not in world.client(cast.partner).get(f"/acme/audits/{audit.public_id}").text
    making.judge_all(world, audit, points=1, fails=[3])
    making.find(world, audit, 3)
    making.report(world, audit)


def test_names_are_kept_apart_from_what_people_write(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.answer_all(
        world, audit, cast.partner, "Leo  learner does it for NORTHWIND; write to leo.l@example.org."
    )
    with world.acting(cast.vendor):
        kept = making.items_of(db.session.get_one(Audit, audit.id))[0]
        assert "learner" not in kept.self_text and "example.org" not in kept.self_text
        assert "northwind" not in kept.self_text.casefold()
        names = {n.value for n in db.session.scalars(select(AuditName)).all()}
    assert {"Leo Learner", "Northwind", "Carla Chan", "Petra Partner", "leo.l@example.org"} <= names
    shown = world.client(cast.auditor).get(f"/acme/audits/{audit.public_id}/items/{kept.public_id}").text
    assert "Leo Learner does it for Northwind; write to leo.l@example.org." in shown


def test_a_planned_audit_can_be_withdrawn_and_an_open_one_not(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    other = making.plan(
        world, cast.partnership, cast.auditor, making.make_checklist(world, cast.vendor, "Second")
    )
    client = world.client(cast.auditor)
    assert client.post(f"/acme/audits/{other.public_id}/withdraw").status_code == 302
    assert client.post(f"/acme/audits/{other.public_id}/open").status_code == 409
    making.open_(world, audit)
    again = client.post(f"/acme/audits/{audit.public_id}/withdraw")
    assert again.status_code == 409 and "moved on" in again.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"company": "Nobody"}, "There is no partner of this name."),
        ({"as_of": "2030-01-01"}, "not of the future"),
        ({"due_on": "2020-01-01"}, "has passed already"),
        ({"auditor": ""}, "Choose the auditor."),
    ],
)
def test_a_plan_that_cannot_be_says_why_and_keeps_what_was_typed(
    world: World, cast: Cast, audit: making.AuditRef, changes: dict[str, str], said: str
) -> None:
    with world.acting(cast.vendor) as actor:
        checklist = services.criteria.queries.list_active_checklists(actor)[0].public_id
    sent = {
        "company": "northwind", "checklist": str(checklist), "as_of": "2027-01-05", "due_on": "2027-02-05",
        "auditor": str(cast.auditor.public_id), "seed": "KEPT", **changes,
    }  # fmt: skip
    answer = world.client(cast.auditor).post("/acme/audits/new", data=sent)
    assert answer.status_code == 422
    assert said in answer.text and 'value="KEPT"' in answer.text


def test_a_manager_of_one_region_neither_plans_nor_audits_elsewhere(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    east = world.user(Role.CHANNEL_MANAGER, vendor=cast.vendor, region_names=("East",), name="Emil East")
    world.partnership(cast.vendor, "Eastside", region="East")
    client = world.client(east)
    assert client.get(f"/acme/audits/{audit.public_id}").status_code == 404
    with (
        world.acting(cast.vendor, cast.auditor) as actor,
        pytest.raises(DomainError, match="Emil East"),
        transaction(),
    ):
        found = auditing.get_audit(actor, audit.public_id)
        services.change_plan(actor, found, due_on=found.due_on, auditor_id=east.public_id)
    with world.acting(cast.vendor, east) as actor, pytest.raises(NotFound):
        auditing.get_audit(actor, audit.public_id, P.AUDIT_CONDUCT)


def test_a_partner_member_has_no_audits(world: World, cast: Cast, audit: making.AuditRef) -> None:
    assert world.client(cast.learner).get("/acme/audits/").status_code == 403
    with world.acting(cast.vendor, cast.learner) as actor, pytest.raises(Forbidden), transaction():
        services.withdraw_audit(actor, db.session.get_one(Audit, audit.id))


def test_a_document_needs_its_last_valid_day(world: World, cast: Cast, audit: making.AuditRef) -> None:
    making.open_(world, audit)
    with world.acting(cast.vendor):
        item = db.session.scalars(select(AuditItem).where(AuditItem.position == 2)).one()
    client = world.client(cast.partner)
    address = f"/acme/audits/{audit.public_id}/items/{item.public_id}/answer"
    assert client.post(address, data={"text": "Here."}).status_code == 302  # words alone are an answer
    without = client.post(address, data={"text": "Here.", "file": (io.BytesIO(b"%PDF-1.7 x"), "p.pdf")})
    assert without.status_code == 422 and "until which the document is valid" in without.text
    given = client.post(
        address,
        data={"text": "Here.", "file": (io.BytesIO(b"%PDF-1.7 x"), "p.pdf"), "valid_until": "2028-01-01"},
    )
    assert given.status_code == 302
    page = client.get(f"/acme/audits/{audit.public_id}/items/{item.public_id}")
    assert "p.pdf" in page.text and "Jan 1, 2028" in page.text
    with world.acting(cast.vendor):
        evidence = db.session.scalars(select(AuditEvidence.public_id)).one()
    file = client.get(f"/acme/audits/evidence/{evidence}/file")
    assert file.data == b"%PDF-1.7 x" and "attachment" in file.headers["Content-Disposition"]
    assert client.post(f"/acme/audits/evidence/{evidence}/remove").status_code == 302
    assert client.get(f"/acme/audits/evidence/{evidence}/file").status_code == 404


def test_the_page_of_a_criterion_shows_the_first_of_many_rows(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    with world.acting(cast.vendor), transaction():
        item = making.items_of(db.session.get_one(Audit, audit.id))[0]
        cells = db.session.scalars(select(AuditRow.cells).where(AuditRow.item_id == item.id)).one()
        db.session.execute(
            insert(AuditRow),
            [{"item_id": item.id, "position": n, "cells": cells} for n in range(2, 251)],
        )
    page = world.client(cast.auditor).get(f"/acme/audits/{audit.public_id}/items/{item.public_id}").text
    assert page.count("Leo Learner") == 200
    assert "The first 200 of 250 rows." in page


def test_the_partners_story_tells_audits_as_they_stood_on_the_date(
    world: World, cast: Cast, now: clock.SetClock, audit: making.AuditRef
) -> None:
    planned_on = clock.today("UTC")
    now.advance(days=3)
    making.open_(world, audit)
    opened_on = clock.today("UTC")
    now.advance(days=3)
    making.judge_all(world, audit)
    making.report(world, audit)

    def told(on: date) -> str:
        page = world.client(cast.signer).get(f"/acme/partners/{cast.partnership.public_id}?as_of={on}").text
        card = page.partition("Audits</h2>")[2].partition("People</h2>")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", card).split())

    assert "Not audited yet" in told(planned_on - timedelta(days=1))
    assert "Planned" in told(planned_on) and "Open" in told(opened_on)
    assert "Findings reported" in told(clock.today("UTC"))
