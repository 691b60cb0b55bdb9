"""The question bank: written, listed, taken from files and given to them."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.bank_csv import COLUMNS, read_questions, row_of
from prm.training.items import Written, item_of, parts_of, written_of
from prm.training.models.assessment import BankQuestion, BankQuestionVersion, Difficulty, QuizDraw
from prm.training.models.kinds import QuestionKind
from prm.training.services import bank
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make
from tests.factories.world import VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def author(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.CONTENT_AUTHOR, vendor=acme))


BANK = "/acme/training/bank"


def written(kind: QuestionKind) -> dict:
    return {key: value for key, value in exams.KINDS[kind].items() if key != "prompt"}


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_what_is_kept_of_a_question_is_what_was_written_and_no_id_tells_the_key(kind: QuestionKind) -> None:
    item = item_of("x", kind, "?", "", parts_of(kind, Written(**written(kind))))
    again = item_of("x", kind, "?", "", parts_of(kind, written_of(item)))
    assert written_of(again) == written_of(item)
    ids = [option.id for option in (*item.options, *item.targets)]
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)
    assert not set(ids) & {option.id for option in (*again.options, *again.targets)}


WRONG = [
    (QuestionKind.ORDERING, {"items": ["one"]}, "at least two lines"),
    (QuestionKind.ORDERING, {"items": ["one", "ONE "]}, "say the same"),
    (QuestionKind.ORDERING, {"items": [f"{n}" for n in range(21)]}, "at most 20"),
    (QuestionKind.MATCHING, {"pairs": [("a", "b")]}, "at least two pairs"),
    (QuestionKind.MATCHING, {"pairs": [("a", "b"), ("c", "")]}, "both sides"),
    (QuestionKind.MATCHING, {"pairs": [("a", "b"), ("A", "c")]}, "left sides"),
    (QuestionKind.MATCHING, {"pairs": [("a", "b"), ("c", "d")], "targets": ["B"]}, "belongs to a pair"),
    (QuestionKind.TEXT, {"accepted": [("en", "  ")]}, "at least one answer"),
    (QuestionKind.TEXT, {"accepted": [("en", "...")]}, "letter or digit"),
]


@pytest.mark.parametrize(("kind", "fields", "problem"), WRONG)
def test_a_key_that_is_none_is_refused(kind: QuestionKind, fields: dict, problem: str) -> None:
    with pytest.raises(DomainError, match=problem):
        parts_of(kind, Written(**fields))


def test_editing_makes_a_version_only_where_something_is_said_anew(world: World, acme: VendorRef) -> None:
    exams.add_every_kind(world, acme)
    question = exams.newest_bank_question(world, acme)  # a short text
    same = {"prompt": exams.KINDS[QuestionKind.TEXT]["prompt"], "explanation": "KEYCANARY text"}
    with world.acting(acme) as actor, transaction():
        bank.edit_bank_question(
            actor, question.public_id, revision=1, topic="Moved", difficulty=Difficulty.HARD,
            **same, **written(QuestionKind.TEXT),
        )  # fmt: skip
        bank.edit_bank_question(
            actor, question.public_id, revision=2, topic="Moved", difficulty=Difficulty.HARD,
            **same, accepted=[("en", "another")],
        )  # fmt: skip
        with pytest.raises(Conflict):
            bank.edit_bank_question(
                actor, question.public_id, revision=2, topic="T", difficulty=Difficulty.EASY, prompt="?",
                accepted=[("", "x")],
            )  # fmt: skip
    with world.acting(acme):
        numbers = select(BankQuestionVersion.number).where(
            BankQuestionVersion.bank_question_id == question.id
        )
        assert sorted(db.session.scalars(numbers)) == [1, 2]


def test_a_file_of_the_bank_reads_back_as_it_was(world: World, acme: VendorRef, author: FlaskClient) -> None:
    tricky = {
        QuestionKind.SINGLE: {"choices": [("a | b", True), ("=1+1", False), ("back\\slash", False)]},
        QuestionKind.MATCHING: {"pairs": [("x = 1", "y | z"), ("-2", "'quoted'")], "targets": ["a=b"]},
        QuestionKind.TEXT: {"accepted": [("", "de: so"), ("pt-br", "assim | não")]},
        QuestionKind.ORDERING: {"items": ["+49", "second, with a comma", 'third "quoted"']},
        QuestionKind.NUMERIC: {"answer": "-3.50", "tolerance": "0.1"},
        QuestionKind.MULTIPLE: {"choices": [("Grüße", True), ("山田", True), ("no", False)]},
    }
    with world.acting(acme) as actor, transaction():
        for kind, fields in tricky.items():
            bank.add_bank_question(
                actor, topic="Tricky", difficulty=Difficulty.HARD, kind=kind,
                prompt=f"=Which {kind}?\nLine 2", explanation="-so", **fields,
            )  # fmt: skip
    for form in ("csv", "xlsx"):
        content = author.get(f"{BANK}?format={form}").data
        rows = read_questions(content, f"bank.{form}")
        assert [row.reason for row in rows] == [""] * 6
        for row in rows:
            kind = row.values["kind"]
            fields = {k: v for k, v in row.values.items() if k in tricky[kind]}
            again = written_of(item_of("x", kind, "", "", parts_of(kind, Written(**fields))))
            before = written_of(item_of("x", kind, "", "", parts_of(kind, Written(**tricky[kind]))))
            assert sorted(map(str, again.choices)) == sorted(map(str, before.choices))
            assert (again.items, again.pairs, again.targets, again.accepted, again.answer) == (
                before.items, before.pairs, before.targets, before.accepted, before.answer,
            )  # fmt: skip
            assert row.values["prompt"] == f"=Which {kind}?\nLine 2"


FILE = (
    "topic,kind,question,right,wrong,difficulty\n"
    "Nets,single,Which port?,8443,80 | 25,easy\n"
    "Nets,single,Which port?,8443,80,\n"
    "Nets,essay,Write a lot,x,,\n"
    "Nets,single,Two right?,a | b,c,\n"
    ",text,No topic,x,,\n"
    'Nets,matching,"Pairs, but how","a b",c,\n'
    "Nets,numeric,How many?,many,,\n"
    "Nets,text,Say it,en: backup | de: Sicherung,,extreme\n"
    "Nets,ordering,In order,one | two | three,,\n"
)


def test_a_file_is_checked_then_taken_and_what_is_rejected_says_why(
    world: World, acme: VendorRef, author: FlaskClient
) -> None:
    page = author.post(f"{BANK}/import", data={"file": (io.BytesIO(FILE.encode()), "questions.csv")})
    assert page.status_code == 200
    for reason in (
        "The bank has this question already.", "is no kind", "exactly one choice", "“topic” is empty",
        "left = right", "Enter a number", "is no difficulty",
    ):  # fmt: skip
        assert reason in page.text, reason
    assert "Import 2 questions" in page.text
    assert count(world, acme) == 0
    kept = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert kept
    form = {"kept": kept.group(1), "name": "questions.csv"}
    rejected = author.post(f"{BANK}/import", data={**form, "do": "rejected"})
    lines = rejected.text.splitlines()
    assert lines[0].endswith(",".join(COLUMNS)) and len(lines) == 8
    assert author.post(f"{BANK}/import", data={**form, "do": "import"}).status_code == 303
    assert count(world, acme) == 2
    again = author.post(f"{BANK}/import", data={**form, "do": "import"})
    assert again.status_code == 422 and count(world, acme) == 2  # the same file adds nothing


def count(world: World, vendor: VendorRef) -> int:
    with world.acting(vendor):
        return db.session.scalar(select(func.count(BankQuestion.id))) or 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"a,b\n1,2\n", "columns.csv"),
        (b"%PDF-1.7", "a.pdf"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_reason(author: FlaskClient, content: bytes, name: str) -> None:
    page = author.post(f"{BANK}/import", data={"file": (io.BytesIO(content), name)})
    assert page.status_code == 422
    assert "Please correct the following" in page.text
    assert author.post(f"{BANK}/import", data={"kept": "not base64", "do": "import"}).status_code == 422


def test_a_question_of_each_kind_is_written_previewed_and_shown(
    world: World, acme: VendorRef, author: FlaskClient
) -> None:
    forms = {
        "single": {"choices-0-text": "yes", "choices-0-is_right": "y", "choices-1-text": "no"},
        "ordering": {"items-0-text": "first", "items-1-text": "second"},
        "matching": {"pairs-0-left": "a", "pairs-0-right": "1", "pairs-1-left": "b", "pairs-1-right": "2",
                     "targets": "3\n4"},
        "text": {"accepted-0-language": "en", "accepted-0-text": "word"},
    }  # fmt: skip
    for kind, fields in forms.items():
        body = {"topic": "Nets", "difficulty": "easy", "prompt": f"**{kind}**?", **fields}
        path = f"{BANK}/new?kind={kind}"
        preview = author.post(path, data={**body, "preview": "1"})
        assert preview.status_code == 200
        assert "As a learner sees it" in preview.text and f"<strong>{kind}</strong>" in preview.text
        more = author.post(path, data={**body, "add_row": "1"})
        assert more.status_code == 200 and "Please correct" not in more.text
        made = author.post(path, data=body)
        assert made.status_code == 303
        page = author.get(made.location).text
        assert "What is right" in page
        edit = author.get(f"{made.location}/edit").text
        for value in fields.values():
            assert value == "y" or value in edit
        empty = author.post(path, data={**body, **dict.fromkeys(fields, "")})
        assert empty.status_code == 422 and f"**{kind}**?" in empty.text
    listed = author.get(BANK).text
    assert listed.count("bank-prompt") == 4
    assert author.get(f"{BANK}?kind=text").text.count("bank-prompt") == 1
    assert author.get(f"{BANK}?search=NETS&difficulty=hard").text.count("bank-prompt") == 0
    retired = author.post(f"{made.location}/retire", follow_redirects=True)
    assert "no new quiz draws it" in retired.text
    assert author.get(BANK).text.count("bank-prompt") == 3
    assert author.get(f"{BANK}?state=retired").text.count("bank-prompt") == 1


def test_a_lost_update_keeps_the_text(world: World, acme: VendorRef, author: FlaskClient) -> None:
    exams.add_questions(world, acme, 1)
    path = f"{BANK}/{exams.newest_bank_question(world, acme).public_id}/edit"
    body = {"topic": "Nets", "difficulty": "easy", "prompt": "Mine?", "revision": "1",
            "choices-0-text": "yes", "choices-0-is_right": "y", "choices-1-text": "no"}  # fmt: skip
    assert author.post(path, data={**body, "prompt": "Theirs?"}).status_code == 303
    page = author.post(path, data=body)
    assert page.status_code == 409
    assert "Mine?" in page.text and "Theirs?" in page.text and 'value="2"' in page.text


def test_rules_and_draws_are_set_on_a_draft_and_shown_of_what_is_published(
    world: World, acme: VendorRef, author: FlaskClient
) -> None:
    exams.add_questions(world, acme, 4)
    draft = make.make_draft(world, acme, has_quiz=False)
    path = f"/acme/training/versions/{draft.version_public_id}"
    rules = {"revision": "1", "time_limit_minutes": "15", "wait_hours": "2", "is_one_at_a_time": "y",
             "review_now": "marks", "review_over": "explanations"}  # fmt: skip
    assert author.post(f"{path}/quiz", data={**rules, "time_limit_minutes": "0"}).status_code == 422
    back = author.post(f"{path}/quiz", data={**rules, "review_over": "score"})
    assert back.status_code == 422 and "at least what is shown before" in back.text
    assert author.post(f"{path}/quiz", data=rules).status_code == 303
    stale = author.post(f"{path}/quiz", data=rules)
    assert stale.status_code == 409
    assert author.post(f"{path}/draws", data={"topic": "Networks", "questions": "0"}).status_code == 422
    for questions in ("3", "2"):
        added = author.post(
            f"{path}/draws", data={"topic": "Networks", "difficulty": "", "questions": questions}
        )
        assert added.status_code == 303
    page = author.get(f"{path}/quiz").text
    assert "draws 5 questions on Networks" in page
    with world.acting(acme):
        last = db.session.scalars(select(QuizDraw).order_by(QuizDraw.id.desc())).first()
        assert last is not None
    author.post(f"/acme/training/draws/{last.public_id}/delete")
    assert "draws 5" not in author.get(f"{path}/quiz").text
    author.post(f"{path}/publish")
    page = author.get(f"{path}/quiz").text
    for said in ("This version is published", "out of 4", ">15<"):
        assert said in page, said
    assert author.post(f"{path}/draws", data={"topic": "Networks", "questions": "1"}).status_code == 409


def test_a_row_says_what_the_question_says() -> None:
    item = item_of(
        "x", QuestionKind.TEXT, "Say it", "", parts_of(QuestionKind.TEXT, Written(accepted=[("de", "Ja")]))
    )
    assert row_of("T", Difficulty.EASY, item) == ("T", "easy", "text", "Say it", "de: Ja", "", "", "")
