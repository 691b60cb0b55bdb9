"""Inviting many: what was given is shown as it would happen, then done row by row."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.accounts.models import Invitation
from prm.accounts.services.many import read_text
from prm.extensions import db
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.servers import SmtpSink

PATH = "/acme/accounts/invite/many"


def give(client: FlaskClient, text: str = "", file: bytes | None = None, **fields: str):
    data = {"addresses": text, "role": "partner_member", **fields}
    if file is not None:
        data["file"] = (io.BytesIO(file), "people.csv")  # type: ignore[assignment]
    return client.post(PATH, data=data)


def agree(client: FlaskClient, answer):
    """Confirm what a trial run showed, with the fields that its page carries."""
    assert answer.status_code == 200, answer.text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return client.post(PATH, data={name: html.unescape(value) for name, value in fields})


def outcomes(page: str) -> list[str]:
    """What stands in the last column of each row, as text."""
    cells = re.findall(r'data-label="Outcome">(.*?)</td>', page, re.DOTALL)
    texts = (re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", cell))).strip() for cell in cells)
    return list(texts)


def companies(page: str) -> list[str]:
    """What stands as the company in each row."""
    return [
        html.unescape(cell).strip() for cell in re.findall(r'data-label="Company">(.*?)</td>', page, re.S)
    ]


def invited(world: World) -> dict[str, tuple[str, str, list[str], str | None]]:
    with world.app.app_context():
        rows = db.session.scalars(select(Invitation).where(Invitation.withdrawn_at.is_(None))).all()
        return {r.email: (r.name, r.role.value, r.job_functions, r.company_name) for r in rows}


def test_a_trial_run_shows_and_sends_nothing(world: World, mail: SmtpSink, boss: UserRef) -> None:
    answer = give(world.client(boss), "ann.lee@example.com\nBob Ray <bob@example.com>\n\n  \nnonsense")
    assert answer.status_code == 200
    assert "2 people would be invited" in answer.text and "1 row is left out" in answer.text
    assert "Ann Lee" in answer.text and "Bob Ray" in answer.text
    assert outcomes(answer.text)[2] == "Mail address nonsense is not a mail address."
    assert invited(world) == {} and not mail.deliveries


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x@a.example; y@a.example;z@a.example",
         [("x@a.example", ""), ("y@a.example", ""), ("z@a.example", "")]),
        ("x@a.example, y@a.example,\ty@b.example;",
         [("x@a.example", ""), ("y@a.example", ""), ("y@b.example", "")]),
        ("x@a.example, Ann <ann@a.example>; z@a.example",
         [("x@a.example", ""), ("ann@a.example", "Ann"), ("z@a.example", "")]),
        ("<x@a.example>; <y@a.example>", [("x@a.example", ""), ("y@a.example", "")]),
        ('"Lee, Ann" <ann@a.example>, "Ray; Bob" <bob@a.example>',
         [("ann@a.example", "Lee, Ann"), ("bob@a.example", "Ray; Bob")]),
        ("Lee, Ann <ann@a.example>; Ray, Bob <bob@a.example>",
         [("ann@a.example", "Lee, Ann"), ("bob@a.example", "Ray, Bob")]),
        ("x@a.example; Lee, Ann <ann@a.example>", [("x@a.example", ""), ("ann@a.example", "Lee, Ann")]),
        ("'ann@a.example' <ann@a.example>", [("ann@a.example", "")]),
        ("ann@a.example; Ann Lee", [("ann@a.example", "Ann Lee")]),
        ("ann@a.example, Lee, Ann", [("ann@a.example", "Lee, Ann")]),
        ("ann@a.example\tAnn; bob@a.example\tBob", [("ann@a.example", "Ann"), ("bob@a.example", "Bob")]),
        ("email;name\nann@a.example;Ann", [("email", "name"), ("ann@a.example", "Ann")]),
        ("Ann <ann@a.example>; nonsense", [("ann@a.example", "Ann"), ("nonsense", "")]),
        ('"Ann <ann@a.example', [('"Ann <ann@a.example', "")]),
        (" ; ,\nann@a.example", [("ann@a.example", "")]),
    ],
)  # fmt: skip
def test_addresses_are_read_as_programs_copy_them(text: str, read: list[tuple[str, str]]) -> None:
    assert [(row.email, row.name) for row in read_text(text)] == read


def test_several_addresses_of_a_line_are_several_people(world: World, mail: SmtpSink, boss: UserRef) -> None:
    client = world.client(boss)
    answer = agree(client, give(client, 'x@example.com; y@example.com, "Lee, Ann" <ann@example.com>'))
    assert "3 invitations are sent" in answer.text
    assert {email: who[0] for email, who in invited(world).items()} == {
        "x@example.com": "X", "y@example.com": "Y", "ann@example.com": "Lee, Ann",
    }  # fmt: skip


def test_what_was_confirmed_is_sent(world: World, mail: SmtpSink, boss: UserRef) -> None:
    client = world.client(boss)
    answer = agree(
        client, give(client, "ann.lee@example.com; Ann Lee\nbob@example.com", job_functions="sales")
    )
    assert "2 invitations are sent" in answer.text
    assert invited(world) == {
        "ann.lee@example.com": ("Ann Lee", "partner_member", ["sales"], "Northwind"),
        "bob@example.com": ("Bob", "partner_member", ["sales"], "Northwind"),
    }
    assert mail.mails_to("ann.lee@example.com") and mail.mails_to("bob@example.com")


def test_confirming_twice_sends_once(world: World, mail: SmtpSink, boss: UserRef) -> None:
    client = world.client(boss)
    trial = give(client, "ann@example.com")
    agree(client, trial)
    again = agree(client, trial)
    assert outcomes(again.text) == ["Mail address Is invited already and has not come yet."]
    assert len(mail.mails_to("ann@example.com")) == 1


def test_a_file_says_name_role_functions_and_company(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    content = (
        "\ufeffE-Mail;Name;Role;Job functions;Company\r\n"
        "ann@example.com;Ann Lee;partner_admin;Sales, technical;northwind\r\n"
        'eve@example.com;"Eve\nExec";Executive;;\r\n'
        "bad@example.com;Bad;king;;\r\n"
        "wrong@example.com;Wrong;partner_member;cooking;Northwind\r\n"
        "lost@example.com;Lost;partner_member;;Nowhere\r\n"
        "none@example.com;None;partner_member;;\r\n"
        "ANN@example.com;Ann again;partner_member;;Northwind\r\n"
    ).encode()
    client = world.client(admin)
    trial = give(client, file=content)
    told = outcomes(trial.text)
    assert told[:2] == ["Will be invited", "Will be invited"]
    for text, said in zip(
        told[2:],
        [
            "Role king is no role", "Job functions cooking is no job function", "Partner You have no partner",
            "Partner Choose the partner", "Mail address The same address stands on line 2.",
        ],
        strict=True,
    ):  # fmt: skip
        assert text.startswith(said), text
    assert 'data-label="Line">5<' in trial.text  # the quoted name takes two lines
    agree(client, trial)
    assert invited(world) == {
        "ann@example.com": ("Ann Lee", "partner_admin", ["sales", "technical"], "Northwind"),
        "eve@example.com": ("Eve Exec", "executive", [], None),
    }


def test_rows_that_are_left_out_show_the_company_they_are_of(
    world: World, admin: UserRef, boss: UserRef, north: PartnershipRef
) -> None:
    mate = world.user(Role.PARTNER_MEMBER, partnership=north, name="Noah")
    file = (
        "email,role,job functions,company\n"
        "ann@example.com,,,\nnonsense,,,\nbad@example.com,king,,Southwind\n"
        f"wrong@example.com,,cooking,\n{mate.email},,,\nann@example.com,,,\ntoo,,,,,,many\n"
    ).encode()
    assert companies(give(world.client(boss), file=file).text) == ["Northwind"] * 7
    file = (
        b"email,role,company\nann@example.com,partner_member,\nbad@example.com,king,Southwind\n"
        b"lost@example.com,partner_member,Nowhere\nnonsense,executive,\nnonsense,partner_member,northwind\n"
        b"eve@example.com,executive,\n"
    )
    page = give(world.client(admin), file=file).text
    assert companies(page) == ["–", "Southwind", "Nowhere", "Acme", "Northwind", "Acme"]


def test_columns_that_are_not_used_are_named(world: World, mail: SmtpSink, boss: UserRef) -> None:
    client = world.client(boss)
    said = "Columns that were not used"
    content = b"email;Funktion;name;department;empty;\nann@example.com;Leiterin;Ann;<Sales>;;\n"
    trial = give(client, file=content)
    assert f"{said}: Funktion, department</p>" in trial.text
    assert said not in agree(client, trial).text
    assert said not in give(client, file=b"email;name\nbob@example.com;Bob\n").text
    assert said not in give(client, "bob@example.com").text


def test_who_belongs_there_is_left_out(world: World, boss: UserRef, north: PartnershipRef) -> None:
    mate = world.user(Role.PARTNER_MEMBER, partnership=north, name="Noah")
    answer = give(world.client(boss), f"{mate.email}\nnew@example.com")
    assert outcomes(answer.text) == ["Mail address Noah already belongs there.", "Will be invited"]


def test_nobody_gives_more_than_they_have(
    world: World, acme: VendorRef, boss: UserRef, north: PartnershipRef
) -> None:
    world.partnership(acme, "Southwind", region="APAC")
    rows = b"email,role,company\na@example.com,vendor_admin,\nb@example.com,partner_member,Southwind\n"
    client = world.client(boss)
    answer = agree(client, give(client, file=rows))
    assert set(invited(world)) == {"b@example.com"}
    assert invited(world)["b@example.com"][3] == "Northwind"  # a company's own people name none
    assert "1 invitation is sent" in answer.text
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("EMEA",)))
    told = outcomes(give(manager, file=b"email,company\nc@example.com,Southwind\n").text)
    assert told == ["Partner You have no partner of this name."]
    # What the confirmation carries is checked as the trial run was.
    forged = '[[1, "d@example.com", "D", "partner_admin", "", "Southwind"]]'
    manager.post(PATH, data={"step": "confirm", "rows": forged, "role": "partner_member"})
    assert "d@example.com" not in invited(world)


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("", None, "nobody to invite"),
        ("\n".join(f"a{n}@example.com" for n in range(501)), None, "501 rows"),
        ("", b"%PDF-1.7", "Please correct the following"),
        ("", b"who,what\nann,x\n", "no column of mail addresses"),
    ],
)
def test_what_cannot_be_read_is_said(
    world: World, boss: UserRef, text: str, file: bytes | None, said: str
) -> None:
    answer = give(world.client(boss), text, file)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


@pytest.mark.parametrize("rows", ["", "{}", "[1]", "[[]]", '[["x"]]', "[" * 5000, "[[1,2,3,4,5,6,7,8]]"])
def test_a_confirmation_that_was_tampered_with_is_refused(world: World, boss: UserRef, rows: str) -> None:
    data = {"step": "confirm", "rows": rows, "role": "partner_member"}
    assert world.client(boss).post(PATH, data=data).status_code == 422
    assert invited(world) == {}


def test_five_hundred_are_invited_at_once(world: World, boss: UserRef) -> None:
    client = world.client(boss)
    trial = give(client, "\n".join(f"a{n}@example.com" for n in range(500)))
    assert "500 people would be invited" in trial.text
