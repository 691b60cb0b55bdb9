"""The rows of one vendor in every domain, each text with its canary."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from prm.audits.models import CompliancePolicy
from prm.certification.codes import new_code
from prm.certification.models import (
    Certificate,
    CertificateCounter,
    CertificateFile,
    Certification,
    CertificationRequirement,
    IssueBasis,
    IssuedCode,
    Paper,
)
from prm.customers.models import Customer, CustomerAlias
from prm.deals.models import Deal, DealStage
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services import drafts
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.marketing.models import (
    Asset,
    AssetType,
    AssetVersion,
    Campaign,
    CampaignType,
    UsageEvent,
    UsageKind,
)
from prm.permissions import Role
from prm.products.models import Product, ProductAlias
from prm.revenue.models import Order
from prm.training.models import (
    Assignment,
    Attempt,
    Choice,
    Completion,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonImage,
    LessonProgress,
    Question,
    QuestionKind,
    SkillLevel,
    VersionStatus,
)
from prm.vendors.models import SigningKey, StoredFile, Vendor
from tests.access import notification_rows
from tests.factories import World
from tests.factories.marketing import png

if TYPE_CHECKING:
    from tests.access.worlds import Tenant

# Whose rows a partner's are made for: its administrator, a member and a colleague of theirs.
PEOPLE = {
    "PA": {"BOSS": "padmin", "MEMBER": "member", "MATE": "mate"},
    "PB": {"BOSS": "boss_b", "MATE": "mate_b"},
}


class Filler:
    """One vendor served, one transaction; `add` flushes, so that keys are known."""

    def __init__(self, session: Any, tenant: Tenant, actor: Any) -> None:
        self.session, self.tenant, self.actor = session, tenant, actor
        self.now = clock.now()
        self.today = clock.today("UTC")
        self.say = tenant.token

    def add(self, row: Any, name: str = "") -> Any:
        self.session.add(row)
        self.session.flush()
        if name:
            self.tenant.keep(name, row)
        return row

    def file(self, name: str, content: bytes, media_type: str = "text/plain", key: str = "") -> StoredFile:
        stored, digest = storage.put(str(self.tenant.vendor.public_id), content)
        row = StoredFile(
            key=stored,
            sha256=digest,
            size=len(content),
            media_type=media_type,
            name=name,
            created_at=self.now,
        )
        return self.add(row, key)


def fill(world: World, tenant: Tenant) -> None:
    """A row of every table of every domain, for the vendor and for each partner."""
    with world.acting(tenant.vendor) as actor, transaction() as session:
        filler = Filler(session, tenant, actor)
        _sales(filler)
        _library(filler)
        _plain_asset(filler)
        _courses(filler)
        _certificates(filler)
        _imports(filler)
        notification_rows.fill(filler)
        filler.file("logo.png", png(colour="blue"), "image/png")
        vendor = session.get_one(Vendor, tenant.vendor.id)
        vendor.logo_sha256 = sha256(png(colour="blue")).hexdigest()
        filler.add(
            CompliancePolicy(
                number=1, effective_on=filler.today - timedelta(days=300), created_at=filler.now,
                rules=[
                    {"kind": "certified_people", "minimum": 2, "job_function": "",
                     "certification_id": str(tenant.things["scheme"].public_id)},
                    {"kind": "training_current"},
                    {"kind": "agreement_current", "months": 12},
                ],
            ),
            "policy",
        )  # fmt: skip
        record(
            actor, "world.filled", session.get_one(Course, tenant.things["course"].id),
            facts={"note": tenant.token("JOURNAL")}, personal={"name": tenant.token("JOURNAL")},
        )  # fmt: skip


def _sales(f: Filler) -> None:
    product = f.add(
        Product(
            name=f.say("PRODUCT"), name_folded=fold_name(f.say("PRODUCT")), price_minor=12300, currency="USD",
            created_at=f.now,
        ),
        "product",
    )  # fmt: skip
    f.tenant.names["product"] = f.say("PRODUCT")
    f.add(Product(name="Twin", name_folded="twin", created_at=f.now), "twin_product")
    f.add(ProductAlias(product_id=product.id, value="Twin alias", value_folded="twin alias"), "product_alias")
    twin = f.add(Customer(name="Twin", name_folded="twin", created_at=f.now))
    f.add(CustomerAlias(customer_id=twin.id, value="Twin alias", value_folded="twin alias"), "customer_alias")
    for owner in ("PA", "PB", "PC"):
        words = f.say("CUSTOMER", owner)
        customer = f.add(
            Customer(name=words, name_folded=fold_name(words), created_at=f.now), f"{owner}.customer"
        )
        common = {
            "partnership_id": f.tenant.partnerships[owner].id, "currency": "USD", "amount_minor": 1_000_00,
            "received_at": f.now, "source_system": "crm",
        }  # fmt: skip
        for number, stage in enumerate([DealStage.WON, DealStage.SUBMITTED]):
            deal = f.add(
                Deal(
                    external_id=f"{f.say('DEAL', owner)}-{number}", stage=stage,
                    customer_id=customer.id, customer_name=words,
                    product_id=product.id, product_name=f.say("PRODUCT"),
                    registered_on=f.today - timedelta(days=40), closed_on=f.today - timedelta(days=10),
                    **common,
                ),
                f"{owner}.deal" if number == 0 else f"{owner}.open_deal",
            )  # fmt: skip
        f.add(
            Order(
                external_id=f"{f.say('ORDER', owner)}-1", ordered_on=f.today - timedelta(days=10),
                customer_id=customer.id, customer_name=words,
                product_id=product.id, product_name=f.say("PRODUCT"), deal_id=deal.id, **common,
            ),
            f"{owner}.order",
        )  # fmt: skip
        f.add(
            Order(
                external_id=f"same-{owner}", ordered_on=f.today - timedelta(days=12),
                product_name=f"unknown {f.say('ORDER', owner)}", customer_name=f"unknown {words}", **common,
            ),
            f"{owner}.unmatched_order",
        )  # fmt: skip


def _library(f: Filler) -> None:
    campaign = f.add(Campaign(name=f.say("CAMPAIGN"), type=CampaignType.EMAIL, created_at=f.now), "campaign")
    f.add(Campaign(name="Twin", type=CampaignType.WEB, created_at=f.now), "twin_campaign")
    picture = f.file("thumb.png", png(), "image/png")
    for key, kind, published, withdrawn in (
        ("asset", "ASSET", f.now - timedelta(days=60), None),
        ("draft_asset", "DRAFT", None, None),
        ("withdrawn_asset", "GONE", f.now - timedelta(days=60), f.now),
    ):
        asset = f.add(
            Asset(
                title=f.say(kind), description=f"About {f.say(kind)}", type=AssetType.BROCHURE, language="en",
                campaign_id=campaign.id, published_at=published, withdrawn_at=withdrawn, created_at=f.now,
            ),
            key,
        )  # fmt: skip
        for number, words in ((1, f.say("DRAFT")), (2, f.say(kind))):
            file = f.file(f"{words}.txt", f"{words} {key} {number}".encode())
            version = f.add(
                AssetVersion(
                    asset_id=asset.id,
                    number=number,
                    file_id=file.id,
                    thumbnail_id=picture.id,
                    note=words,
                    created_at=f.now,
                )
            )
        if key == "asset":
            f.tenant.keep("asset_version", version)
            for number, owner in enumerate(("PA", "PB", "PC")):
                user = f.tenant.people[{"PA": "member", "PB": "mate_b", "PC": "local"}[owner]]
                for kind_of_use in UsageKind:
                    f.add(
                        UsageEvent(
                            partnership_id=f.tenant.partnerships[owner].id,
                            user_id=user.id,
                            asset_id=asset.id,
                            asset_version_id=version.id,
                            kind=kind_of_use,
                            at=f.now - timedelta(days=20),
                            window=number,
                        )
                    )


def _plain_asset(f: Filler) -> None:
    """An asset without a picture."""
    asset = f.add(
        Asset(title="Plain", type=AssetType.OTHER, language="en", published_at=f.now, created_at=f.now),
        "plain_asset",
    )
    f.add(
        AssetVersion(asset_id=asset.id, number=1, file_id=f.file("plain.txt", b"plain").id, created_at=f.now)
    )


def _courses(f: Filler) -> None:
    course = f.add(
        Course(title=f.say("COURSE"), skill_level=SkillLevel.FOUNDATION, created_at=f.now), "course"
    )
    file = f.file("picture.png", png(colour="green"), "image/png")
    f.add(
        LessonImage(course_id=course.id, file_id=file.id, alt=f.say("COURSE"), width=60, height=40), "image"
    )
    version = _version(f, course, 1, VersionStatus.PUBLISHED, "COURSE", "")
    _version(f, course, 2, VersionStatus.DRAFT, "DRAFT", "draft_")
    unpublished = f.add(
        Course(title=f.say("DRAFT"), skill_level=SkillLevel.EXPERT, created_at=f.now), "draft_course"
    )
    _version(f, unpublished, 1, VersionStatus.DRAFT, "DRAFT", "unpublished_")
    done = f.add(Course(title="Twin", skill_level=SkillLevel.ADVANCED, created_at=f.now), "done_course")
    done_version = _version(f, done, 1, VersionStatus.PUBLISHED, "COURSE", "done_")
    fresh = f.add(Course(title="Twin", skill_level=SkillLevel.ADVANCED, created_at=f.now), "fresh_course")
    _version(f, fresh, 1, VersionStatus.PUBLISHED, "COURSE", "fresh_")
    for owner, people in PEOPLE.items():
        partnership = f.tenant.partnerships[owner]
        assignment = f.add(
            Assignment(
                course_id=course.id, partnership_id=partnership.id, assigned_at=f.now,
                due_on=f.today - timedelta(days=3), assigned_by_id=f.tenant.people["manager"].id,
            ),
            f"{owner}.assignment",
        )  # fmt: skip
        for key in people.values():
            _learn(f, key, partnership.id, course, version, assignment)
            _learn(f, key, partnership.id, done, done_version, None)
    for key in ("admin", "manager", "west", "author"):
        _learn(f, key, None, course, version, None)
        _learn(f, key, None, done, done_version, None)


def _version(
    f: Filler, course: Course, number: int, status: VersionStatus, kind: str, prefix: str
) -> CourseVersion:
    version = f.add(
        CourseVersion(
            course_id=course.id, number=number, title=f.say(kind), summary=f"About {f.say(kind)}",
            status=status,
            pass_mark=50, published_at=f.now if status is VersionStatus.PUBLISHED else None,
        ),
        f"{prefix}version",
    )  # fmt: skip
    for position in (1, 2):
        name = f"{prefix}lesson" if position == 1 else f"{prefix}second_lesson"
        body = f"# {f.say(kind)}\n\nText."
        f.add(
            Lesson(course_version_id=version.id, position=position, title=f.say(kind), body=body, minutes=3),
            name,
        )
    for position in (1, 2):
        question = f.add(
            Question(
                course_version_id=version.id, position=position, kind=QuestionKind.SINGLE, prompt=f.say(kind),
                explanation=f.say("KEY"),
            ),
            f"{prefix}question" if position == 1 else f"{prefix}second_question",
        )  # fmt: skip
        for place, is_right in enumerate((True, False), 1):
            f.add(
                Choice(
                    question_id=question.id,
                    position=place,
                    text=f"{f.say(kind)} {place}",
                    is_correct=is_right,
                ),
                f"{prefix}{'right' if is_right else 'wrong'}_choice" + ("" if position == 1 else "_2"),
            )
    return version


def _learn(
    f: Filler, key: str, partnership_id: int | None, course: Any, version: Any, assignment: Any
) -> None:
    """An enrolment: of the course with every lesson done, so that the quiz is open; the other completed.

    Colleagues have no attempt left at the former.
    """
    is_done = course.title == "Twin"
    has_failed = not is_done and key.startswith("mate")
    user = f.tenant.people[key]
    lessons = [f.tenant.things[f"{'done_' if is_done else ''}{n}"] for n in ("lesson", "second_lesson")]
    enrolment = f.add(
        Enrolment(
            user_id=user.id, partnership_id=partnership_id, course_id=course.id, course_version_id=version.id,
            status=_status(is_done, has_failed),
            assignment_id=assignment.id if assignment else None,
            due_on=assignment.due_on if assignment else None,
            assigned_at=f.now - timedelta(days=30), started_at=f.now - timedelta(days=29),
            current_lesson_id=lessons[1].id, attempts_used=3 if has_failed else int(is_done),
        ),
        f"{key}.done_enrolment" if is_done else f"{key}.enrolment",
    )  # fmt: skip
    for lesson in lessons:
        f.add(LessonProgress(enrolment_id=enrolment.id, lesson_id=lesson.id, completed_at=f.now))
    if not is_done:
        return
    f.add(
        Attempt(
            enrolment_id=enrolment.id, number=1, submitted_at=f.now, correct=2, questions=2,
            score_percent=100, has_passed=True,
            answers={str(f.tenant.things["done_question"].public_id):
                     str(f.tenant.things["done_right_choice"].public_id)},
        ),
        f"{key}.attempt",
    )  # fmt: skip
    f.add(
        Completion(
            enrolment_id=enrolment.id,
            user_id=user.id,
            partnership_id=partnership_id,
            course_id=course.id,
            course_version_id=version.id,
            completed_at=f.now - timedelta(days=20),
            score_percent=100,
        )
    )


def _status(is_done: bool, has_failed: bool) -> EnrolmentStatus:
    if is_done:
        return EnrolmentStatus.COMPLETED
    return EnrolmentStatus.FAILED if has_failed else EnrolmentStatus.STARTED


def _certificates(f: Filler) -> None:
    scheme = f.add(
        Certification(
            name=f.say("SCHEME"), summary=f"About {f.say('SCHEME')}", skill_level=SkillLevel.FOUNDATION,
            created_at=f.now,
        ),
        "scheme",
    )  # fmt: skip
    f.add(Certification(name="Twin", skill_level=SkillLevel.EXPERT, created_at=f.now), "twin_scheme")
    f.add(
        CertificationRequirement(
            certification_id=scheme.id, course_version_id=f.tenant.things["done_version"].id
        )
    )
    f.add(CertificateCounter(last_number=100))
    f.add(
        SigningKey(sealed_key=b"sealed", certificate_pem=b"pem", ca_pem=b"pem", created_at=f.now,
                   retired_at=f.now)
    )  # fmt: skip
    number = 0
    for owner, people in PEOPLE.items():
        for kind, key in people.items():
            number += 1
            words = f.say(kind, owner)
            code = new_code()
            certificate = f.add(
                Certificate(
                    number=f"C-{number}", code=code, certification_id=scheme.id,
                    user_id=f.tenant.people[key].id, partnership_id=f.tenant.partnerships[owner].id,
                    issued_at=f.now - timedelta(days=20), issued_on=f.today - timedelta(days=20),
                    expires_on=f.today + timedelta(days=25), basis=IssueBasis.DECISION, reason=words,
                    issued_by_id=f.tenant.people["admin"].id, facts={
                        "person": {"name": words},
                        "partner": {"name": f.say("COMPANY", owner)},
                        "certification": {"name": f.say("SCHEME"), "level": "foundation"},
                    },
                ),
                f"{key}.certificate",
            )  # fmt: skip
            f.add(IssuedCode(code=code, vendor_id=f.tenant.vendor.id))
            f.tenant.things[f"{key}.code"] = type(f.tenant.things["scheme"])(certificate.id, code)
            file = f.file(f"{words}.pdf", b"%PDF-1.7 " + words.encode(), "application/pdf")
            f.add(
                CertificateFile(
                    certificate_id=certificate.id,
                    paper=Paper.A4,
                    file_id=file.id,
                    sha256=file.sha256,
                    requested_at=f.now,
                    rendered_at=f.now,
                )
            )


def _imports(f: Filler) -> None:
    """Three files of products: applied, checked, and still a draft."""
    for key in ("batch", "checked_batch", "draft_batch"):
        text = f"name,price,note\n{f.say('PRODUCT')} of {key},12,{f.say('IMPORT')}\n,x,{f.say('IMPORT')}\n"
        name = f"{f.say('IMPORT')}-{key}.csv"
        batch = drafts.upload_file(
            f.actor, text.encode(), name, kind=ImportKind.PRODUCTS, source=f.say("IMPORT")
        )
        f.tenant.keep(key, batch)
        if key == "draft_batch":
            continue
        options = ImportOptions(columns={"name": "name", "price": "price"}, decimal=".")
        report = drafts.plan_batch(f.actor, batch, options)
        drafts.save_checked(f.actor, batch.public_id, options, report)
        if key == "batch":
            drafts.confirm_batch(f.actor, batch.public_id)


def add_more(world: World, tenant: Tenant, owner: str) -> None:
    """More of what figures count: deals, orders, use, learning, certificates, people of one partner."""
    partnership = tenant.partnerships[owner]
    newcomer = world.user(Role.PARTNER_MEMBER, partnership=partnership, name="One More")
    with world.acting(tenant.vendor) as actor, transaction() as session:
        f = Filler(session, tenant, actor)
        things = tenant.things
        common = {
            "partnership_id": partnership.id, "currency": "USD", "amount_minor": 7_654_321_00,
            "received_at": f.now, "source_system": "more", "product_id": things["product"].id,
            "product_name": "more", "customer_name": "More",
        }  # fmt: skip
        deal = f.add(
            Deal(
                external_id="more-1", stage=DealStage.WON, registered_on=f.today - timedelta(days=5),
                closed_on=f.today - timedelta(days=1), **common,
            )
        )  # fmt: skip
        f.add(Order(external_id="more-1", ordered_on=f.today - timedelta(days=1), deal_id=deal.id, **common))
        for kind in UsageKind:
            f.add(
                UsageEvent(
                    partnership_id=partnership.id, user_id=newcomer.id, asset_id=things["asset"].id,
                    asset_version_id=things["asset_version"].id, kind=kind,
                    at=f.now - timedelta(days=2), window=77,
                )
            )  # fmt: skip
        enrolment = f.add(
            Enrolment(
                user_id=newcomer.id, partnership_id=partnership.id, course_id=things["done_course"].id,
                course_version_id=things["done_version"].id, status=EnrolmentStatus.COMPLETED,
                assigned_at=f.now - timedelta(days=8), started_at=f.now - timedelta(days=8),
            )
        )  # fmt: skip
        f.add(
            Completion(
                enrolment_id=enrolment.id, user_id=newcomer.id, partnership_id=partnership.id,
                course_id=things["done_course"].id, course_version_id=things["done_version"].id,
                completed_at=f.now - timedelta(days=3), score_percent=90,
            )
        )  # fmt: skip
        f.add(
            Certificate(
                number="MORE-1", code=new_code(), certification_id=things["scheme"].id, user_id=newcomer.id,
                partnership_id=partnership.id, issued_at=f.now, issued_on=f.today,
                expires_on=f.today + timedelta(days=10), basis=IssueBasis.DECISION, reason="more", facts={},
            )
        )  # fmt: skip
