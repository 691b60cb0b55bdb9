"""Initial schema

Revision: 0001
After:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import prm.infra.db
from prm.infra.fulltext import create_word_indexes, drop_word_indexes
from prm.infra.schema import drop_append_only, guard_append_only, secure_rows

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_taken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taken_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_taken")),
    )
    with op.batch_alter_table("backup_taken", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backup_taken_taken_at"), ["taken_at"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("erased_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("file_keys", sa.JSON(), nullable=False),
        sa.Column("finished_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_erasure_subject_hash")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_ref", sa.String(length=80), nullable=False),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_ref", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("commitments", sa.JSON(), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("chain", "sequence", name=op.f("uq_journal_entry_chain_sequence")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_subject_ref"), ["subject_ref"], unique=False)

    op.create_table(
        "journal_head",
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "opened_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_seal")),
    )
    op.create_table(
        "partner",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_public_id")),
    )
    op.create_table(
        "partner_people",
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_people")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_failure_subject_hash"), ["subject_hash"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_folded", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_user_account_email_folded")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_account_public_id")),
    )
    op.create_table(
        "vendor",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("fiscal_year_start_month", sa.Integer(), nullable=False),
        sa.Column("brand_primary", sa.String(length=7), nullable=False),
        sa.Column("brand_ink", sa.String(length=7), nullable=False),
        sa.Column(
            "second_factor",
            sa.Enum(
                "optional",
                "staff",
                "everybody",
                name="secondfactorrule",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "paper",
            sa.Enum("a4", "letter", name="paper", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("logo_sha256", sa.String(length=64), nullable=True),
        sa.Column("mail_name", sa.String(length=120), nullable=False),
        sa.Column("mail_reply_to", sa.String(length=254), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name=op.f("ck_vendor_fiscal_month")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
        sa.UniqueConstraint("public_id", name=op.f("uq_vendor_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_vendor_slug")),
    )
    op.create_table(
        "accreditation_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_accreditation_look_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation_look")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_accreditation_look_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_accreditation_look_vendor_id")),
    )
    with op.batch_alter_table("accreditation_look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_look_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "agreement_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_agreement_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_agreement_version_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_agreement_version_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "number", name=op.f("uq_agreement_version_vendor_id_number")),
    )
    with op.batch_alter_table("agreement_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "application_field",
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("text", "choice", name="fieldkind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 1000", name=op.f("ck_application_field_position")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_application_field_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_field")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_field_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_application_field_vendor_id_id")),
    )
    with op.batch_alter_table("application_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_field_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "application_form",
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("intro", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_application_form_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_form")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_form_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_application_form_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_application_form_vendor_id")),
    )
    with op.batch_alter_table("application_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_form_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "badge_picture",
        sa.Column("svg", sa.LargeBinary(), nullable=False),
        sa.Column("svg_sha256", sa.String(length=64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("png_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_badge_picture_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_picture")),
        sa.UniqueConstraint("public_id", name=op.f("uq_badge_picture_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_badge_picture_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "svg_sha256", name=op.f("uq_badge_picture_vendor_id_svg_sha256")),
    )
    with op.batch_alter_table("badge_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_picture_png_sha256"), ["png_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_picture_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "bank_question",
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("topic_folded", sa.String(length=160), nullable=False),
        sa.Column(
            "difficulty",
            sa.Enum(
                "easy",
                "medium",
                "hard",
                name="difficulty",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_bank_question_created_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_bank_question_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_question_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_bank_question_vendor_id_id")),
    )
    with op.batch_alter_table("bank_question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bank_question_topic", ["vendor_id", "topic_folded", "difficulty"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bank_question_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "bulk_run",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_bulk_run_user_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_bulk_run_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulk_run_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_bulk_run_vendor_id_id")),
    )
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_run_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_run_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_calendar_feed_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sa.UniqueConstraint("vendor_id", "user_id", name=op.f("uq_calendar_feed_vendor_id_user_id")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_user_id"), ["user_id"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "email",
                "event",
                "web",
                "social",
                "print",
                name="campaigntype",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_campaign_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_campaign_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_campaign_vendor_id_name")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "certificate_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_certificate_counter_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_counter")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_certificate_counter_vendor_id")),
    )
    with op.batch_alter_table("certificate_counter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_counter_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "certification",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column(
            "skill_level",
            sa.Enum(
                "foundation",
                "advanced",
                "expert",
                name="skilllevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_certification_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certification_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_certification_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_certification_vendor_id_name")),
    )
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "checklist",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_checklist_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
        sa.UniqueConstraint("public_id", name=op.f("uq_checklist_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_checklist_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name_folded", name=op.f("uq_checklist_vendor_id_name_folded")),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "compliance_policy",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_compliance_policy_created_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_compliance_policy_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_policy")),
        sa.UniqueConstraint("public_id", name=op.f("uq_compliance_policy_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_compliance_policy_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "number", name=op.f("uq_compliance_policy_vendor_id_number")),
    )
    with op.batch_alter_table("compliance_policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_policy_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "content_package",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column(
            "edition",
            sa.Enum(
                "scorm_12",
                "scorm_2004_2",
                "scorm_2004_3",
                "scorm_2004_4",
                name="edition",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_content_package_size")),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["user_account.id"], name=op.f("fk_content_package_imported_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_content_package_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_package")),
        sa.UniqueConstraint("public_id", name=op.f("uq_content_package_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_content_package_vendor_id_id")),
    )
    with op.batch_alter_table("content_package", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_package_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "skill_level",
            sa.Enum(
                "foundation",
                "advanced",
                "expert",
                name="skilllevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_course_created_by_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_course_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_course_vendor_id_id")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "credential_key",
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("multibase", sa.String(length=60), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("compromised_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_credential_key_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credential_key_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_credential_key_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "multibase", name=op.f("uq_credential_key_vendor_id_multibase")),
    )
    with op.batch_alter_table("credential_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credential_key_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "criterion",
        sa.Column(
            "kind",
            sa.Enum(
                "metric",
                "document",
                "graded",
                "sample",
                name="criterionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_criterion_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_criterion_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_criterion_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name_folded", name=op.f("uq_criterion_vendor_id_name_folded")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "customer",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_customer_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_customer_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_customer_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name_folded", name=op.f("uq_customer_vendor_id_name_folded")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "design_image",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_design_image_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_image")),
        sa.UniqueConstraint("public_id", name=op.f("uq_design_image_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_design_image_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_design_image_vendor_id_name")),
    )
    with op.batch_alter_table("design_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_design_image_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_email_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_change_token_hash")),
    )
    with op.batch_alter_table("email_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_change_user_id"), ["user_id"], unique=False)

    op.create_table(
        "former_slug",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_former_slug_vendor_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_slug")),
    )
    with op.batch_alter_table("former_slug", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_slug_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "import_mapping",
        sa.Column(
            "kind",
            sa.Enum(
                "partners",
                "products",
                "deals",
                "orders",
                "invoices",
                "payments",
                "targets",
                "people",
                "completions",
                "certificates",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_import_mapping_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_mapping_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_import_mapping_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "kind", "source", name=op.f("uq_import_mapping_vendor_id_kind_source")
        ),
    )
    with op.batch_alter_table("import_mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_mapping_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "vendor_admin",
                "channel_manager",
                "content_author",
                "executive",
                "partner_admin",
                "partner_member",
                name="membershiprole",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("region_names", sa.JSON(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("partnership_public_id", sa.Uuid(), nullable=True),
        sa.Column("company_name", sa.String(length=200), nullable=True),
        sa.Column("is_for_company", sa.Boolean(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["user_account.id"], name=op.f("fk_invitation_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user_account.id"], name=op.f("fk_invitation_invited_by_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_invitation_partner_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_invitation_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_partnership_public_id"), ["partnership_public_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invitation_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "issued_code",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_issued_code_vendor_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_issued_code")),
    )
    with op.batch_alter_table("issued_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issued_code_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "journal_personal_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_personal_value_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_personal_value")),
        sa.UniqueConstraint("entry_id", "name", name=op.f("uq_journal_personal_value_entry_id_name")),
    )
    with op.batch_alter_table("journal_personal_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_personal_value_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "learning_path",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "skill_level",
            sa.Enum(
                "foundation",
                "advanced",
                "expert",
                name="skilllevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_learning_path_created_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_learning_path_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_path")),
        sa.UniqueConstraint("public_id", name=op.f("uq_learning_path_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_learning_path_vendor_id_id")),
    )
    with op.batch_alter_table("learning_path", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learning_path_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "vendor_admin",
                "channel_manager",
                "content_author",
                "executive",
                "partner_admin",
                "partner_member",
                name="membershiprole",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("region_names", sa.JSON(), nullable=False),
        sa.Column("joined_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("at_vendor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(role = 'operator') = (vendor_id IS NULL AND partner_id IS NULL)",
            name=op.f("ck_membership_operator_role"),
        ),
        sa.CheckConstraint(
            "(role IN ('partner_admin', 'partner_member')) = (partner_id IS NOT NULL)",
            name=op.f("ck_membership_partner_role"),
        ),
        sa.CheckConstraint(
            "at_vendor_id IS NULL OR partner_id IS NOT NULL", name=op.f("ck_membership_at_vendor")
        ),
        sa.CheckConstraint("vendor_id IS NULL OR partner_id IS NULL", name=op.f("ck_membership_one_side")),
        sa.ForeignKeyConstraint(["at_vendor_id"], ["vendor.id"], name=op.f("fk_membership_at_vendor_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_membership_partner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_membership_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_public_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(
            "ix_membership_at_vendor_id",
            ["at_vendor_id"],
            unique=False,
            sqlite_where=sa.text("at_vendor_id IS NOT NULL"),
            postgresql_where=sa.text("at_vendor_id IS NOT NULL"),
        )
        batch_op.create_index("ix_membership_partner_ended", ["partner_id", "ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "membership_grant",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.Column("starts_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_membership_grant_span")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["user_account.id"], name=op.f("fk_membership_grant_granted_by_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_membership_grant_partner_id")),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["user_account.id"], name=op.f("fk_membership_grant_revoked_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_grant_user_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_membership_grant_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_grant")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_grant_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_membership_grant_vendor_id_id")),
    )
    with op.batch_alter_table("membership_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_grant_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_grant_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "notification_preference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "course_assigned",
                "course_replaced",
                "course_changed",
                "path_assigned",
                "session_news",
                "task_waiting",
                "task_graded",
                "course_due",
                "course_overdue",
                "training_overdue",
                "certificate_issued",
                "certificate_revoked",
                "certificate_expiring",
                "certificate_expired",
                "reminded",
                "colleague_certificates",
                "invitation_accepted",
                "compliance_lost",
                "accreditation_awarded",
                "accreditation_ended",
                "agreement_ending",
                "import_problem",
                "audit_assigned",
                "audit_asked",
                "audit_answered",
                "audit_reported",
                "audit_proved",
                "audit_sign_off",
                "audit_returned",
                "audit_closed",
                "audit_due",
                name="kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("in_portal", sa.Boolean(), nullable=False),
        sa.Column(
            "mail",
            sa.Enum(
                "off",
                "digest",
                "at_once",
                name="mailwhen",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_preference_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_notification_preference_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_preference")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_notification_preference_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "user_id", "kind", name=op.f("uq_notification_preference_vendor_id_user_id_kind")
        ),
    )
    with op.batch_alter_table("notification_preference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_preference_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_preference_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "onboarding_template",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_onboarding_template_created_by_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_onboarding_template_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_template")),
        sa.UniqueConstraint("public_id", name=op.f("uq_onboarding_template_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_onboarding_template_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "number", name=op.f("uq_onboarding_template_vendor_id_number")),
    )
    with op.batch_alter_table("onboarding_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onboarding_template_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "outgoing_mail",
        sa.Column("vendor_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("unsubscribe_url", sa.String(length=500), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "due",
                "sent",
                "failed",
                name="mailstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("sent_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_outgoing_mail_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outgoing_mail_public_id")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outgoing_mail_next_attempt_at"), ["next_attempt_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_outgoing_mail_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partner_vendor",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_vendor_partner_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partner_vendor_vendor_id")),
        sa.PrimaryKeyConstraint("partner_id", "vendor_id", name=op.f("pk_partner_vendor")),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_password_reset_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_password_reset_user_id"), ["user_id"], unique=False)

    op.create_table(
        "product",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_product_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_product_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name_folded", name=op.f("uq_product_vendor_id_name_folded")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "region",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_region_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("public_id", name=op.f("uq_region_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_region_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_region_vendor_id_name")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_region_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "reminder_plan",
        sa.Column("course_days", sa.JSON(), nullable=False),
        sa.Column("certificate_days", sa.JSON(), nullable=False),
        sa.Column("agreement_days", sa.JSON(), nullable=False),
        sa.Column("escalation_days", sa.JSON(), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_reminder_plan_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reminder_plan_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_reminder_plan_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_reminder_plan_vendor_id")),
    )
    with op.batch_alter_table("reminder_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_plan_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "reminder_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "courses",
                "escalations",
                "certificates",
                "agreements",
                "audits",
                "compliance",
                name="reminderstage",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_reminder_progress_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_progress")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_reminder_progress_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_reminder_progress_vendor_id")),
    )
    with op.batch_alter_table("reminder_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_progress_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("usage_months", sa.Integer(), nullable=True),
        sa.Column("mail_months", sa.Integer(), nullable=True),
        sa.Column("notification_months", sa.Integer(), nullable=True),
        sa.Column("application_months", sa.Integer(), nullable=True),
        sa.Column("import_months", sa.Integer(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("file_keys", sa.JSON(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "application_months IS NULL OR application_months > 0",
            name=op.f("ck_retention_rule_application_months"),
        ),
        sa.CheckConstraint(
            "import_months IS NULL OR import_months > 0", name=op.f("ck_retention_rule_import_months")
        ),
        sa.CheckConstraint(
            "mail_months IS NULL OR mail_months > 0", name=op.f("ck_retention_rule_mail_months")
        ),
        sa.CheckConstraint(
            "notification_months IS NULL OR notification_months > 0",
            name=op.f("ck_retention_rule_notification_months"),
        ),
        sa.CheckConstraint(
            "usage_months IS NULL OR usage_months > 0", name=op.f("ck_retention_rule_usage_months")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_retention_rule_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_retention_rule_vendor_id")),
    )
    with op.batch_alter_table("retention_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_rule_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_view_user_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_saved_view_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_view_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_saved_view_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "user_id",
            "endpoint",
            "name",
            name=op.f("uq_saved_view_vendor_id_user_id_endpoint_name"),
        ),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_sign_in_step_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_step")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_step_token_hash")),
    )
    with op.batch_alter_table("sign_in_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_step_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_step_user_id"), ["user_id"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_pem", sa.LargeBinary(), nullable=False),
        sa.Column("ca_pem", sa.LargeBinary(), nullable=False),
        sa.Column("is_brought", sa.Boolean(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("compromised_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_signing_key_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signing_key_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_signing_key_vendor_id_id")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_key_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_stored_file_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_file_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_stored_file_vendor_id_id")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_key"), ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("client_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "accreditation",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column(
            "skill_level",
            sa.Enum(
                "foundation",
                "advanced",
                "expert",
                name="skilllevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_accreditation_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_accreditation_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accreditation_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_accreditation_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_accreditation_vendor_id_name")),
    )
    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "asset",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "datasheet",
                "presentation",
                "brochure",
                "email_template",
                "logo",
                "image",
                "video",
                "case_study",
                "other",
                name="assettype",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("published_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "campaign_id"],
            ["campaign.vendor_id", "campaign.id"],
            name=op.f("fk_asset_vendor_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_asset_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("public_id", name=op.f("uq_asset_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_asset_vendor_id_id")),
    )
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_asset_vendor_title", ["vendor_id", "title"], unique=False)

    op.create_table(
        "audit_campaign",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("auditor_id", sa.Integer(), nullable=False),
        sa.Column("by_manager", sa.Boolean(), nullable=False),
        sa.Column("opens_at_once", sa.Boolean(), nullable=False),
        sa.Column("chosen_by", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["auditor_id"], ["user_account.id"], name=op.f("fk_audit_campaign_auditor_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_audit_campaign_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "checklist_id"],
            ["checklist.vendor_id", "checklist.id"],
            name=op.f("fk_audit_campaign_vendor_id_checklist_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_campaign_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_campaign")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_campaign_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_campaign_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "name_folded", name=op.f("uq_audit_campaign_vendor_id_name_folded")),
    )
    with op.batch_alter_table("audit_campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_campaign_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "bank_question_version",
        sa.Column("bank_question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "multiple",
                "numeric",
                "ordering",
                "matching",
                "text",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_bank_question_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "bank_question_id"],
            ["bank_question.vendor_id", "bank_question.id"],
            name=op.f("fk_bank_question_version_vendor_id_bank_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_bank_question_version_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_question_version")),
        sa.UniqueConstraint(
            "bank_question_id", "number", name=op.f("uq_bank_question_version_bank_question_id_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_question_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_bank_question_version_vendor_id_id")),
    )
    with op.batch_alter_table("bank_question_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_question_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "bulk_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "done",
                "refused",
                name="itemoutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "run_id"],
            ["bulk_run.vendor_id", "bulk_run.id"],
            name=op.f("fk_bulk_item_vendor_id_run_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_bulk_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_bulk_item_vendor_id_id")),
    )
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_item_run_outcome", ["run_id", "outcome", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_item_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "certificate_design",
        sa.Column("certification_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("ready_html", sa.Text(), nullable=False),
        sa.Column("ready_css", sa.Text(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_certificate_design_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_certificate_design_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_certificate_design_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_design")),
        sa.UniqueConstraint(
            "certification_id", "number", name=op.f("uq_certificate_design_certification_id_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_design_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_certificate_design_vendor_id_id")),
    )
    with op.batch_alter_table("certificate_design", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certificate_design_draft",
            ["certification_id"],
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_certificate_design_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "certification_version",
        sa.Column("certification_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column(
            "renewal",
            sa.Enum(
                "anew", "delta", "exam", name="renewal", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("renewal_exam", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_certification_version_grace")),
        sa.CheckConstraint(
            "validity_months IS NULL OR validity_months > 0", name=op.f("ck_certification_version_validity")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_certification_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_certification_version_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_certification_version_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certification_version_public_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "certification_id",
            "number",
            name=op.f("uq_certification_version_vendor_id_certification_id_number"),
        ),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_certification_version_vendor_id_id")),
    )
    with op.batch_alter_table("certification_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "checklist_item",
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_checklist_item_weight")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "checklist_id"],
            ["checklist.vendor_id", "checklist.id"],
            name=op.f("fk_checklist_item_vendor_id_checklist_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "criterion_id"],
            ["criterion.vendor_id", "criterion.id"],
            name=op.f("fk_checklist_item_vendor_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_checklist_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint(
            "checklist_id", "criterion_id", name=op.f("uq_checklist_item_checklist_id_criterion_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_checklist_item_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_checklist_item_vendor_id_id")),
    )
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_item_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "country_region",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_country_region_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_country_region_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country_region")),
        sa.UniqueConstraint("public_id", name=op.f("uq_country_region_public_id")),
        sa.UniqueConstraint("vendor_id", "country", name=op.f("uq_country_region_vendor_id_country")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_country_region_vendor_id_id")),
    )
    with op.batch_alter_table("country_region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_country_region_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "course_version",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                name="versionstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("published_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "max_attempts IS NULL OR max_attempts > 0", name=op.f("ck_course_version_max_attempts")
        ),
        sa.CheckConstraint("pass_mark BETWEEN 0 AND 100", name=op.f("ck_course_version_pass_mark")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_course_version_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_course_version_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_course_version_vendor_id_id")),
    )
    with op.batch_alter_table("course_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "criterion_version",
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.String(length=2000), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_criterion_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "criterion_id"],
            ["criterion.vendor_id", "criterion.id"],
            name=op.f("fk_criterion_version_vendor_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_criterion_version_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_version")),
        sa.UniqueConstraint("criterion_id", "number", name=op.f("uq_criterion_version_criterion_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_criterion_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_criterion_version_vendor_id_id")),
    )
    with op.batch_alter_table("criterion_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "customer_alias",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("value_folded", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "customer_id"],
            ["customer.vendor_id", "customer.id"],
            name=op.f("fk_customer_alias_vendor_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_customer_alias_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_alias")),
        sa.UniqueConstraint("public_id", name=op.f("uq_customer_alias_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_customer_alias_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "value_folded", name=op.f("uq_customer_alias_vendor_id_value_folded")
        ),
    )
    with op.batch_alter_table("customer_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_alias_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column(
            "kind",
            sa.Enum(
                "partners",
                "products",
                "deals",
                "orders",
                "invoices",
                "payments",
                "targets",
                "people",
                "completions",
                "certificates",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("file_facts", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "checking",
                "checked",
                "due",
                "applied",
                "failed",
                "undone",
                name="batchstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("applied_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_import_batch_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_import_batch_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_import_batch_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batch_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_import_batch_vendor_id_id")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_batch_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "issue_batch",
        sa.Column("certification_id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=40), nullable=True),
        sa.Column("worker_until", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user_account.id"], name=op.f("fk_issue_batch_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_issue_batch_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_issue_batch_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_issue_batch_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_issue_batch_vendor_id_id")),
    )
    with op.batch_alter_table("issue_batch", schema=None) as batch_op:
        batch_op.create_index("ix_issue_batch_certification", ["certification_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_batch_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_batch_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_image",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_lesson_image_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_lesson_image_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_image_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_image")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_image_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_image_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_image_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "package_file",
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("path_folded", sa.String(length=800), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_package_file_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "package_id"],
            ["content_package.vendor_id", "content_package.id"],
            name=op.f("fk_package_file_vendor_id_package_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_package_file_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_file")),
        sa.UniqueConstraint("package_id", "path_folded", name=op.f("uq_package_file_package_id_path_folded")),
        sa.UniqueConstraint("public_id", name=op.f("uq_package_file_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_package_file_vendor_id_id")),
    )
    with op.batch_alter_table("package_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_file_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "var",
                "msp",
                "distributor",
                "system_integrator",
                "isv",
                "referral",
                name="partnershiptype",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "onboarding",
                "active",
                "suspended",
                "ended",
                name="partnershipstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("manager_name", sa.String(length=200), nullable=True),
        sa.Column("manager_user_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("source_system", sa.String(length=60), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("agreement_accepted_on", sa.Date(), nullable=True),
        sa.Column("web_domain", sa.String(length=253), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_user_id"], ["user_account.id"], name=op.f("fk_partnership_manager_user_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partnership_partner_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "merged_into_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_vendor_id_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_partnership_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "partner_id", name=op.f("uq_partnership_vendor_id_partner_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "source_system",
            "external_id",
            name=op.f("uq_partnership_vendor_id_source_system_external_id"),
        ),
    )
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_manager_user_id"), ["manager_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_partnership_vendor_name", ["vendor_id", "name_folded"], unique=False)

    op.create_table(
        "path_version",
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("is_in_order", sa.Boolean(), nullable=False),
        sa.Column("accepts_placement", sa.Boolean(), nullable=False),
        sa.Column("asks_again", sa.Boolean(), nullable=False),
        sa.Column("again_by", sa.Date(), nullable=True),
        sa.Column("spread_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                name="versionstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("published_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_id"],
            ["learning_path.vendor_id", "learning_path.id"],
            name=op.f("fk_path_version_vendor_id_path_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_version_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_version")),
        sa.UniqueConstraint("path_id", "number", name=op.f("uq_path_version_path_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_version_vendor_id_id")),
    )
    with op.batch_alter_table("path_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "product_alias",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("value_folded", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "product_id"],
            ["product.vendor_id", "product.id"],
            name=op.f("fk_product_alias_vendor_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_product_alias_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_alias")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_alias_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_product_alias_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "value_folded", name=op.f("uq_product_alias_vendor_id_value_folded")
        ),
    )
    with op.batch_alter_table("product_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_alias_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "product_price",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_product_price_amount")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "product_id"],
            ["product.vendor_id", "product.id"],
            name=op.f("fk_product_price_vendor_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_product_price_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_price")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_price_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_product_price_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "product_id",
            "valid_from",
            "currency",
            name=op.f("uq_product_price_vendor_id_product_id_valid_from_currency"),
        ),
    )
    with op.batch_alter_table("product_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_price_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "training_session",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("trainer", sa.String(length=200), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("places_taken", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=1000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_training_session_ends_at")),
        sa.CheckConstraint("places > 0", name=op.f("ck_training_session_places")),
        sa.CheckConstraint(
            "places_taken >= 0 AND places_taken <= places", name=op.f("ck_training_session_places_taken")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_training_session_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_training_session_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_training_session_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_session_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_training_session_vendor_id_id")),
    )
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.create_index("ix_training_session_course_series", ["course_id", "series"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_session_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_training_session_vendor_starts", ["vendor_id", "starts_at"], unique=False)

    op.create_table(
        "viewing",
        sa.Column("user_session_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("viewed_id", sa.Integer(), nullable=False),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_session_id"], ["user_session.id"], name=op.f("fk_viewing_user_session_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_viewing_vendor_id")),
        sa.ForeignKeyConstraint(["viewed_id"], ["user_account.id"], name=op.f("fk_viewing_viewed_id")),
        sa.ForeignKeyConstraint(["viewer_id"], ["user_account.id"], name=op.f("fk_viewing_viewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_viewing_public_id")),
    )
    with op.batch_alter_table("viewing", schema=None) as batch_op:
        batch_op.create_index(
            "uq_viewing_open",
            ["user_session_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "accreditation_award",
        sa.Column("accreditation_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("awarded_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("ended_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "people",
                "rules",
                "partnership",
                "closed",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("hangs_on", sa.JSON(), nullable=False),
        sa.Column("hangs", sa.Boolean(), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("computed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("attempted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "accreditation_id"],
            ["accreditation.vendor_id", "accreditation.id"],
            name=op.f("fk_accreditation_award_vendor_id_accreditation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_accreditation_award_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_accreditation_award_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_accreditation_award_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation_award")),
        sa.UniqueConstraint("code", name=op.f("uq_accreditation_award_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accreditation_award_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_accreditation_award_vendor_id_id")),
    )
    with op.batch_alter_table("accreditation_award", schema=None) as batch_op:
        batch_op.create_index("ix_accreditation_award_lapse", ["vendor_id", "lapses_on"], unique=False)
        batch_op.create_index(
            "ix_accreditation_award_partnership", ["vendor_id", "partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_accreditation_award_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_accreditation_award_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "uq_accreditation_award_open",
            ["vendor_id", "accreditation_id", "partnership_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "accreditation_rule",
        sa.Column("accreditation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("certification_id", sa.Integer(), nullable=True),
        sa.Column(
            "skill_level",
            sa.Enum(
                "foundation",
                "advanced",
                "expert",
                name="skilllevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("job_function", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minimum > 0", name=op.f("ck_accreditation_rule_minimum")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "accreditation_id"],
            ["accreditation.vendor_id", "accreditation.id"],
            name=op.f("fk_accreditation_rule_vendor_id_accreditation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_accreditation_rule_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_accreditation_rule_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accreditation_rule_public_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "accreditation_id",
            "position",
            name=op.f("uq_accreditation_rule_vendor_id_accreditation_id_position"),
        ),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_accreditation_rule_vendor_id_id")),
    )
    with op.batch_alter_table("accreditation_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_rule_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "agreement_acceptance",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("accepted_by_id", sa.Integer(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("accepted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["user_account.id"], name=op.f("fk_agreement_acceptance_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_agreement_acceptance_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "version_id"],
            ["agreement_version.vendor_id", "agreement_version.id"],
            name=op.f("fk_agreement_acceptance_vendor_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_agreement_acceptance_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_acceptance")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_acceptance_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_agreement_acceptance_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "partnership_id",
            "version_id",
            "accepted_on",
            name=op.f("uq_agreement_acceptance_vendor_id_partnership_id_version_id_accepted_on"),
        ),
    )
    with op.batch_alter_table("agreement_acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_acceptance_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "asset_version",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("thumbnail_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "asset_id"],
            ["asset.vendor_id", "asset.id"],
            name=op.f("fk_asset_version_vendor_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_asset_version_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "thumbnail_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name="fk_asset_version_thumbnail",
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_asset_version_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_version")),
        sa.UniqueConstraint("asset_id", "number", name=op.f("uq_asset_version_asset_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_asset_version_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_asset_version_vendor_id_id")),
    )
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_version_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("assigned_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["user_account.id"], name=op.f("fk_assignment_assigned_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_assignment_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_assignment_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_assignment_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_assignment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_assignment_vendor_id_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )

    op.create_table(
        "audit",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("checklist_name", sa.String(length=200), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "open",
                "reported",
                "review",
                "closed",
                "withdrawn",
                name="auditstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("auditor_id", sa.Integer(), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("pseudonym_key", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("sign_off_note", sa.String(), nullable=False),
        sa.Column("returned_reason", sa.String(), nullable=False),
        sa.Column("score_percent", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reported_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("touched_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("record_sha256", sa.String(length=64), nullable=True),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=True),
        sa.Column("report_file_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["auditor_id"], ["user_account.id"], name=op.f("fk_audit_auditor_id")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["user_account.id"], name=op.f("fk_audit_planned_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user_account.id"], name=op.f("fk_audit_signed_by_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "campaign_id"],
            ["audit_campaign.vendor_id", "audit_campaign.id"],
            name=op.f("fk_audit_vendor_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "checklist_id"],
            ["checklist.vendor_id", "checklist.id"],
            name=op.f("fk_audit_vendor_id_checklist_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_audit_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "report_file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_audit_vendor_id_report_file_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_vendor_id_id")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_auditor_id"), ["auditor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_audit_vendor_partnership", ["vendor_id", "partnership_id", "as_of"], unique=False
        )
        batch_op.create_index("ix_audit_vendor_status", ["vendor_id", "status"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("certification_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "evidence",
                "decision",
                name="issuebasis",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("revoked_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=500), nullable=True),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["user_account.id"], name=op.f("fk_certificate_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["user_account.id"], name=op.f("fk_certificate_revoked_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_certificate_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_certificate_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_certificate_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "previous_id"],
            ["certificate.vendor_id", "certificate.id"],
            name=op.f("fk_certificate_vendor_id_previous_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "version_id"],
            ["certification_version.vendor_id", "certification_version.id"],
            name=op.f("fk_certificate_vendor_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_certificate_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_certificate_vendor_id_id")),
        sa.UniqueConstraint("vendor_id", "number", name=op.f("uq_certificate_vendor_id_number")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certificate_previous_id",
            ["previous_id"],
            unique=False,
            sqlite_where=sa.text("previous_id IS NOT NULL"),
            postgresql_where=sa.text("previous_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_certificate_user_id"), ["user_id"], unique=False)
        batch_op.create_index("ix_certificate_vendor_expiry", ["vendor_id", "expires_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_certificate_vendor_issued", ["vendor_id", "issued_on"], unique=False)
        batch_op.create_index(
            "ix_certificate_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )
        batch_op.create_index(
            "ix_certificate_vendor_user", ["vendor_id", "user_id", "certification_id"], unique=False
        )

    op.create_table(
        "compliance_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("is_compliant", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_compliance_seen_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_compliance_seen_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_seen")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_compliance_seen_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "partnership_id", name=op.f("uq_compliance_seen_vendor_id_partnership_id")
        ),
    )
    with op.batch_alter_table("compliance_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_compliance_seen_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "deal",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "submitted",
                "approved",
                "rejected",
                "won",
                "lost",
                "expired",
                name="dealstage",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("received_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source_system", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_deal_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "customer_id"],
            ["customer.vendor_id", "customer.id"],
            name=op.f("fk_deal_vendor_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_deal_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "product_id"],
            ["product.vendor_id", "product.id"],
            name=op.f("fk_deal_vendor_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_deal_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deal_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_deal_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "source_system",
            "external_id",
            name=op.f("uq_deal_vendor_id_source_system_external_id"),
        ),
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index("ix_deal_sums", ["vendor_id", "currency", "amount_minor"], unique=False)
        batch_op.create_index(
            "ix_deal_unmatched_customer", ["vendor_id", "customer_id", "customer_name"], unique=False
        )
        batch_op.create_index(
            "ix_deal_unmatched_product", ["vendor_id", "product_id", "product_name"], unique=False
        )
        batch_op.create_index("ix_deal_vendor_batch", ["vendor_id", "batch_id", "line"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_deal_vendor_partnership", ["vendor_id", "partnership_id"], unique=False)
        batch_op.create_index("ix_deal_vendor_registered", ["vendor_id", "registered_on"], unique=False)

    op.create_table(
        "dropped_file",
        sa.Column(
            "kind",
            sa.Enum(
                "partners",
                "products",
                "deals",
                "orders",
                "invoices",
                "payments",
                "targets",
                "people",
                "completions",
                "certificates",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "done", "failed", name="dropstatus", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_dropped_file_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_dropped_file_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dropped_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dropped_file_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_dropped_file_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "kind", "source", "sha256", name=op.f("uq_dropped_file_vendor_id_kind_source_sha256")
        ),
    )
    with op.batch_alter_table("dropped_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dropped_file_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "external_certificate",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("imported_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_external_certificate_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_external_certificate_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_external_certificate_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_certificate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_external_certificate_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_external_certificate_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "user_id",
            "title",
            "issued_on",
            name=op.f("uq_external_certificate_vendor_id_user_id_title_issued_on"),
        ),
    )
    with op.batch_alter_table("external_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_certificate_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_certificate_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_external_certificate_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )

    op.create_table(
        "import_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("entity_type", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "inserted",
                "updated",
                "deleted",
                name="changeaction",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_import_change_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_import_change_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_import_change_vendor_id_id")),
    )
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.create_index("ix_import_change_batch_type", ["batch_id", "entity_type"], unique=False)
        batch_op.create_index(
            "ix_import_change_entity", ["vendor_id", "entity_type", "entity_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_change_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "import_conflict",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("entity_type", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("ours", sa.JSON(), nullable=False),
        sa.Column("theirs", sa.JSON(), nullable=False),
        sa.Column("ours_shown", sa.String(length=300), nullable=False),
        sa.Column("theirs_shown", sa.String(length=300), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "open",
                "ours",
                "theirs",
                "superseded",
                name="conflictdecision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_import_conflict_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_import_conflict_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_import_conflict_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_conflict")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_conflict_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_import_conflict_vendor_id_id")),
    )
    with op.batch_alter_table("import_conflict", schema=None) as batch_op:
        batch_op.create_index("ix_import_conflict_batch", ["vendor_id", "batch_id"], unique=False)
        batch_op.create_index(
            "ix_import_conflict_entity", ["vendor_id", "entity_type", "entity_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_conflict_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "inserted",
                "updated",
                "unchanged",
                "rejected",
                name="rowoutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_import_row_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_import_row_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_import_row_vendor_id_id")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_batch_line", ["batch_id", "line"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_row_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson",
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "package",
                "video",
                "file",
                "link",
                "task",
                "session",
                name="lessonkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_lesson_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_vendor_id_id")),
    )
    with op.batch_alter_table("lesson", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_lesson_version_position", ["course_version_id", "position"], unique=False)

    op.create_table(
        "notification",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "course_assigned",
                "course_replaced",
                "course_changed",
                "path_assigned",
                "session_news",
                "task_waiting",
                "task_graded",
                "course_due",
                "course_overdue",
                "training_overdue",
                "certificate_issued",
                "certificate_revoked",
                "certificate_expiring",
                "certificate_expired",
                "reminded",
                "colleague_certificates",
                "invitation_accepted",
                "compliance_lost",
                "accreditation_awarded",
                "accreditation_ended",
                "agreement_ending",
                "import_problem",
                "audit_assigned",
                "audit_asked",
                "audit_answered",
                "audit_reported",
                "audit_proved",
                "audit_sign_off",
                "audit_returned",
                "audit_closed",
                "audit_due",
                name="kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("about_user_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("read_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mail_due_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_user_id"], ["user_account.id"], name=op.f("fk_notification_about_user_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_notification_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_notification_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notification_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_notification_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "user_id", "key", name=op.f("uq_notification_vendor_id_user_id_key")
        ),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_notification_vendor_mail", ["vendor_id", "mailed_at", "mail_due_at"], unique=False
        )
        batch_op.create_index(
            "ix_notification_vendor_user_read", ["vendor_id", "user_id", "read_at"], unique=False
        )

    op.create_table(
        "onboarding_plan",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("template_number", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("completed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_onboarding_plan_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_onboarding_plan_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_onboarding_plan_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_onboarding_plan_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "partnership_id", name=op.f("uq_onboarding_plan_vendor_id_partnership_id")
        ),
    )
    with op.batch_alter_table("onboarding_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onboarding_plan_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partner_application",
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("company_folded", sa.String(length=200), nullable=False),
        sa.Column("web_domain", sa.String(length=253), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("message", sa.String(length=4000), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "unconfirmed",
                "waiting",
                "approved",
                "rejected",
                name="applicationstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ruled_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ruled_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["user_account.id"], name=op.f("fk_partner_application_ruled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partner_application_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_partner_application_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partner_application_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_application")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_application_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partner_application_token_hash")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partner_application_vendor_id_id")),
    )
    with op.batch_alter_table("partner_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_application_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_partner_application_vendor_status", ["vendor_id", "status", "confirmed_at"], unique=False
        )

    op.create_table(
        "partnership_alias",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("value_folded", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_alias_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_alias_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_alias")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_alias_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_alias_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "value_folded", name=op.f("uq_partnership_alias_vendor_id_value_folded")
        ),
    )
    with op.batch_alter_table("partnership_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_alias_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_branch",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_branch_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_partnership_branch_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_branch_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_branch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_branch_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_branch_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_branch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_partnership_branch_partnership_id"), ["partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_branch_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_contact",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_contact_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_contact_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_contact")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_contact_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_contact_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_contact", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_partnership_contact_partnership_id"), ["partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_contact_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_document",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "contract",
                "certificate",
                "insurance",
                "tax",
                "other",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("is_of_partner", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name=op.f("fk_partnership_document_uploaded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_partnership_document_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_document_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_document_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_document")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_document_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_document_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_partnership_document_partnership_id"), ["partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_document_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_merge",
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_status", sa.String(length=20), nullable=False),
        sa.Column("survivor_partner_id", sa.Integer(), nullable=True),
        sa.Column("absorbed_partner_id", sa.Integer(), nullable=True),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("merged_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("unmerged_by_id", sa.Integer(), nullable=True),
        sa.Column("unmerged_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("survivor_id <> absorbed_id", name=op.f("ck_partnership_merge_two")),
        sa.ForeignKeyConstraint(
            ["absorbed_partner_id"], ["partner.id"], name=op.f("fk_partnership_merge_absorbed_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_by_id"], ["user_account.id"], name=op.f("fk_partnership_merge_merged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["survivor_partner_id"], ["partner.id"], name=op.f("fk_partnership_merge_survivor_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["unmerged_by_id"], ["user_account.id"], name=op.f("fk_partnership_merge_unmerged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "absorbed_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_merge_vendor_id_absorbed_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "survivor_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_merge_vendor_id_survivor_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_merge_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_merge_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_merge_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_merge_absorbed_id"), ["absorbed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_merge_survivor_id"), ["survivor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_merge_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_note",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=4000), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_partnership_note_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_note_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_note_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_note_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_note_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_partnership_note_partnership_id"), ["partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_note_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_parent",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("partnership_id <> parent_id", name=op.f("ck_partnership_parent_not_itself")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "parent_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_parent_vendor_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_parent_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_parent_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_parent")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_parent_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_parent_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "partnership_id", name=op.f("uq_partnership_parent_vendor_id_partnership_id")
        ),
    )
    with op.batch_alter_table("partnership_parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_parent_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_parent_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_past",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("until", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "onboarding",
                "active",
                "suspended",
                "ended",
                name="partnershipstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "var",
                "msp",
                "distributor",
                "system_integrator",
                "isv",
                "referral",
                name="partnershiptype",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("region_name", sa.String(length=100), nullable=True),
        sa.Column("manager_user_id", sa.Integer(), nullable=True),
        sa.Column("manager_name", sa.String(length=200), nullable=True),
        sa.Column("agreement_accepted_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_user_id"], ["user_account.id"], name=op.f("fk_partnership_past_manager_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_past_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_past_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_past")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_past_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_past_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_past", schema=None) as batch_op:
        batch_op.create_index(
            "ix_partnership_past_until", ["vendor_id", "partnership_id", "until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_past_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("judged_revision", sa.Integer(), nullable=True),
        sa.Column("people_revision", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("policy_number", sa.Integer(), nullable=True),
        sa.Column("is_compliant", sa.Boolean(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("missed_rules", sa.BigInteger(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("computed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_standing_vendor_id_partnership_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_standing_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_standing")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_standing_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "partnership_id",
            "day",
            name=op.f("uq_partnership_standing_vendor_id_partnership_id_day"),
        ),
    )
    with op.batch_alter_table("partnership_standing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_partnership_standing_day",
            ["vendor_id", "day", "is_compliant", "missed", "partnership_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_partnership_standing_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_task",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_partnership_task_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user_account.id"], name=op.f("fk_partnership_task_done_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_partnership_task_owner_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_partnership_task_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_task_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_task")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partnership_task_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_task_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_partnership_task_owner", ["vendor_id", "owner_id", "done_at", "due_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_partnership_task_partnership_id"), ["partnership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_task_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "path_assignment",
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("job_functions", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("assigned_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("spread_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_days IS NULL OR due_days > 0", name=op.f("ck_path_assignment_due_days")),
        sa.CheckConstraint("due_on IS NULL OR due_days IS NULL", name=op.f("ck_path_assignment_one_due")),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["user_account.id"], name=op.f("fk_path_assignment_assigned_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_path_assignment_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_path_assignment_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_id"],
            ["learning_path.vendor_id", "learning_path.id"],
            name=op.f("fk_path_assignment_vendor_id_path_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_assignment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_assignment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_assignment_vendor_id_id")),
    )
    with op.batch_alter_table("path_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_assignment_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_path_assignment_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_path_assignment_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )

    op.create_table(
        "path_completion",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("path_version_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_path_completion_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_path_completion_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_id"],
            ["learning_path.vendor_id", "learning_path.id"],
            name=op.f("fk_path_completion_vendor_id_path_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_version_id"],
            ["path_version.vendor_id", "path_version.id"],
            name=op.f("fk_path_completion_vendor_id_path_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_completion_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_completion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_completion_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_completion_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "user_id",
            "path_version_id",
            name=op.f("uq_path_completion_vendor_id_user_id_path_version_id"),
        ),
    )
    with op.batch_alter_table("path_completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_completion_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_path_completion_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_path_completion_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )

    op.create_table(
        "path_prerequisite",
        sa.Column("path_version_id", sa.Integer(), nullable=False),
        sa.Column("required_path_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_version_id"],
            ["path_version.vendor_id", "path_version.id"],
            name=op.f("fk_path_prerequisite_vendor_id_path_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "required_path_id"],
            ["learning_path.vendor_id", "learning_path.id"],
            name=op.f("fk_path_prerequisite_vendor_id_required_path_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_prerequisite_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_prerequisite")),
        sa.UniqueConstraint(
            "path_version_id",
            "required_path_id",
            name=op.f("uq_path_prerequisite_path_version_id_required_path_id"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_prerequisite_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_prerequisite_vendor_id_id")),
    )
    with op.batch_alter_table("path_prerequisite", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_prerequisite_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "path_step",
        sa.Column("path_version_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_path_step_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_version_id"],
            ["path_version.vendor_id", "path_version.id"],
            name=op.f("fk_path_step_vendor_id_path_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_step_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_step")),
        sa.UniqueConstraint(
            "path_version_id", "course_id", name=op.f("uq_path_step_path_version_id_course_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_step_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_step_vendor_id_id")),
    )
    with op.batch_alter_table("path_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_step_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "multiple",
                "numeric",
                "ordering",
                "matching",
                "text",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("numeric_answer", prm.infra.db.ExactDecimal(length=60), nullable=True),
        sa.Column("tolerance", prm.infra.db.ExactDecimal(length=60), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_question_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_question_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_question_vendor_id_id")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_question_version_position", ["course_version_id", "position"], unique=False)

    op.create_table(
        "quiz_draw",
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("topic_folded", sa.String(length=160), nullable=False),
        sa.Column(
            "difficulty",
            sa.Enum(
                "easy",
                "medium",
                "hard",
                name="difficulty",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("questions > 0", name=op.f("ck_quiz_draw_questions")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_quiz_draw_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_quiz_draw_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_draw")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quiz_draw_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_quiz_draw_vendor_id_id")),
    )
    with op.batch_alter_table("quiz_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_draw_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_quiz_draw_version", ["course_version_id", "position"], unique=False)

    op.create_table(
        "quiz_rules",
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("time_limit_minutes", sa.Integer(), nullable=True),
        sa.Column("wait_minutes", sa.Integer(), nullable=False),
        sa.Column("shuffles_questions", sa.Boolean(), nullable=False),
        sa.Column("shuffles_choices", sa.Boolean(), nullable=False),
        sa.Column("is_one_at_a_time", sa.Boolean(), nullable=False),
        sa.Column(
            "review_now",
            sa.Enum(
                "nothing",
                "score",
                "marks",
                "explanations",
                name="review",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "review_over",
            sa.Enum(
                "nothing",
                "score",
                "marks",
                "explanations",
                name="review_over",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("placement_percent", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "placement_percent BETWEEN 0 AND 100", name=op.f("ck_quiz_rules_placement_percent")
        ),
        sa.CheckConstraint(
            "time_limit_minutes IS NULL OR time_limit_minutes > 0",
            name=op.f("ck_quiz_rules_time_limit_minutes"),
        ),
        sa.CheckConstraint("wait_minutes >= 0", name=op.f("ck_quiz_rules_wait_minutes")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_quiz_rules_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_quiz_rules_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_rules")),
        sa.UniqueConstraint("course_version_id", name=op.f("uq_quiz_rules_course_version_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quiz_rules_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_quiz_rules_vendor_id_id")),
    )
    with op.batch_alter_table("quiz_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_rules_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "session_seat",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "place",
                "waiting",
                "given_up",
                "attended",
                "absent",
                name="seatstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("marked_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_session_seat_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_session_seat_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "session_id"],
            ["training_session.vendor_id", "training_session.id"],
            name=op.f("fk_session_seat_vendor_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_session_seat_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_seat")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_seat_public_id")),
        sa.UniqueConstraint("session_id", "user_id", name=op.f("uq_session_seat_session_id_user_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_session_seat_vendor_id_id")),
    )
    with op.batch_alter_table("session_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_seat_partnership_id"), ["partnership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_seat_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_seat_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_target_amount")),
        sa.CheckConstraint("partnership_id IS NULL OR region_id IS NULL", name=op.f("ck_target_one_scope")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_target_quarter")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_target_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "region_id"],
            ["region.vendor_id", "region.id"],
            name=op.f("fk_target_vendor_id_region_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_target_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("public_id", name=op.f("uq_target_public_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "fiscal_year",
            "quarter",
            "scope",
            name=op.f("uq_target_vendor_id_fiscal_year_quarter_scope"),
        ),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_target_vendor_id_id")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "version_change",
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "quiz",
            sa.Enum(
                "editorial",
                "material",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("redo_by", sa.Date(), nullable=True),
        sa.Column("spread_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_version_change_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_version_change_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_change")),
        sa.UniqueConstraint("course_version_id", name=op.f("uq_version_change_course_version_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_version_change_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_version_change_vendor_id_id")),
    )
    with op.batch_alter_table("version_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_change_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_campaign_target",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "made",
                "failed",
                name="targetoutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "audit_id"],
            ["audit.vendor_id", "audit.id"],
            name=op.f("fk_audit_campaign_target_vendor_id_audit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "campaign_id"],
            ["audit_campaign.vendor_id", "audit_campaign.id"],
            name=op.f("fk_audit_campaign_target_vendor_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_audit_campaign_target_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_audit_campaign_target_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_campaign_target")),
        sa.UniqueConstraint(
            "campaign_id", "partnership_id", name=op.f("uq_audit_campaign_target_campaign_id_partnership_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_campaign_target_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_campaign_target_vendor_id_id")),
    )
    with op.batch_alter_table("audit_campaign_target", schema=None) as batch_op:
        batch_op.create_index("ix_audit_campaign_target_outcome", ["vendor_id", "outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_campaign_target_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_item",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("criterion_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "metric",
                "document",
                "graded",
                "sample",
                name="criterionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.String(length=2000), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("is_met", sa.Boolean(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column(
            "self_status",
            sa.Enum(
                "met",
                "partly",
                "not_met",
                name="selfstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("self_text", sa.String(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "met",
                "not_met",
                "not_applicable",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judged_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_audit_item_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["user_account.id"], name=op.f("fk_audit_item_judged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "audit_id"],
            ["audit.vendor_id", "audit.id"],
            name=op.f("fk_audit_item_vendor_id_audit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "criterion_version_id"],
            ["criterion_version.vendor_id", "criterion_version.id"],
            name=op.f("fk_audit_item_vendor_id_criterion_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_item")),
        sa.UniqueConstraint("audit_id", "position", name=op.f("uq_audit_item_audit_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_item_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_item_vendor_id_id")),
    )
    with op.batch_alter_table("audit_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_item_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_name",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_audit_name_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "audit_id"],
            ["audit.vendor_id", "audit.id"],
            name=op.f("fk_audit_name_vendor_id_audit_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_name_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_name")),
        sa.UniqueConstraint("audit_id", "token", name=op.f("uq_audit_name_audit_id_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_name_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_name_vendor_id_id")),
    )
    with op.batch_alter_table("audit_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_name_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_name_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "certificate_file",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column(
            "paper",
            sa.Enum("a4", "letter", name="paper", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("requested_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rendered_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certificate_id"],
            ["certificate.vendor_id", "certificate.id"],
            name=op.f("fk_certificate_file_vendor_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_certificate_file_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_certificate_file_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_file")),
        sa.UniqueConstraint("certificate_id", "paper", name=op.f("uq_certificate_file_certificate_id_paper")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_file_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_certificate_file_vendor_id_id")),
    )
    with op.batch_alter_table("certificate_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_file_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_file_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "choice",
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "question_id"],
            ["question.vendor_id", "question.id"],
            name=op.f("fk_choice_vendor_id_question_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_choice_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_choice_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_choice_vendor_id_id")),
    )
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_choice_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "credential",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("signed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("list_number > 0 AND list_index >= 0", name=op.f("ck_credential_place")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certificate_id"],
            ["certificate.vendor_id", "certificate.id"],
            name=op.f("fk_credential_vendor_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "key_id"],
            ["credential_key.vendor_id", "credential_key.id"],
            name=op.f("fk_credential_vendor_id_key_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_credential_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credential_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_credential_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "list_number",
            "list_index",
            name=op.f("uq_credential_vendor_id_list_number_list_index"),
        ),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index(
            "ix_credential_current",
            ["certificate_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_credential_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_credential_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "assigned",
                "started",
                "completed",
                "failed",
                "excused",
                name="enrolmentstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("current_lesson_id", sa.Integer(), nullable=True),
        sa.Column("attempts_used", sa.Integer(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_enrolment_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "assignment_id"],
            ["assignment.vendor_id", "assignment.id"],
            name=op.f("fk_enrolment_vendor_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_enrolment_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_enrolment_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "current_lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_enrolment_vendor_id_current_lesson_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_enrolment_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_enrolment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enrolment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_enrolment_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "user_id",
            "course_version_id",
            name=op.f("uq_enrolment_vendor_id_user_id_course_version_id"),
        ),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_enrolment_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )

    op.create_table(
        "issue_batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "issued",
                "printed",
                "unprinted",
                "refused",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_issue_batch_item_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["issue_batch.vendor_id", "issue_batch.id"],
            name=op.f("fk_issue_batch_item_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certificate_id"],
            ["certificate.vendor_id", "certificate.id"],
            name=op.f("fk_issue_batch_item_vendor_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_issue_batch_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_batch_item")),
        sa.UniqueConstraint("batch_id", "user_id", name=op.f("uq_issue_batch_item_batch_id_user_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_issue_batch_item_vendor_id_id")),
    )
    with op.batch_alter_table("issue_batch_item", schema=None) as batch_op:
        batch_op.create_index("ix_issue_batch_item_state", ["batch_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_batch_item_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_batch_item_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_change",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column(
            "change",
            sa.Enum(
                "editorial",
                "material",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_change_vendor_id_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "origin_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_change_vendor_id_origin_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_change_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_change")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_change_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_change_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_change_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_change", schema=None) as batch_op:
        batch_op.create_index("ix_lesson_change_origin", ["origin_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lesson_change_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_file",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_lesson_file_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_file_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_file_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_file")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_file_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_file_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_file_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_file_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_link",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_link_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_link_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_link")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_link_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_link_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_link_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_link_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_package",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("organization", sa.Integer(), nullable=False),
        sa.Column("score_counts", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_package_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "package_id"],
            ["content_package.vendor_id", "content_package.id"],
            name=op.f("fk_lesson_package_vendor_id_package_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_package_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_package")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_package_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_package_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_package_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_package", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_package_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_session",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_session_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_session_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_session")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_session_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_session_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_session_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_session", schema=None) as batch_op:
        batch_op.create_index("ix_lesson_session_series", ["series"], unique=False)
        batch_op.create_index(batch_op.f("ix_lesson_session_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_task",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pass_percent BETWEEN 0 AND 100", name=op.f("ck_lesson_task_pass_percent")),
        sa.ForeignKeyConstraint(["grader_id"], ["user_account.id"], name=op.f("fk_lesson_task_grader_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_task_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_task_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_task")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_task_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_task_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_task_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_task_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_video",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("threshold_percent", sa.Integer(), nullable=False),
        sa.Column("transcript", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("milliseconds > 0", name=op.f("ck_lesson_video_milliseconds")),
        sa.CheckConstraint(
            "threshold_percent BETWEEN 1 AND 100", name=op.f("ck_lesson_video_threshold_percent")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_lesson_video_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_video_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_video_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_video")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_video_lesson_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_video_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_video_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_video", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_video_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "onboarding_milestone",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agreement",
                "people",
                "certified",
                "manual",
                name="milestonekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum("vendor", "partner", name="side", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("certification_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ticked_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ticked_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind = 'manual' OR ticked_at IS NULL", name=op.f("ck_onboarding_milestone_ticked")
        ),
        sa.ForeignKeyConstraint(
            ["ticked_by_id"], ["user_account.id"], name=op.f("fk_onboarding_milestone_ticked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "certification_id"],
            ["certification.vendor_id", "certification.id"],
            name=op.f("fk_onboarding_milestone_vendor_id_certification_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_onboarding_milestone_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "plan_id"],
            ["onboarding_plan.vendor_id", "onboarding_plan.id"],
            name=op.f("fk_onboarding_milestone_vendor_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_onboarding_milestone_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_milestone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_onboarding_milestone_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_onboarding_milestone_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "plan_id",
            "position",
            name=op.f("uq_onboarding_milestone_vendor_id_plan_id_position"),
        ),
    )
    with op.batch_alter_table("onboarding_milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onboarding_milestone_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "partnership_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("moved", "made", name="movekind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("column_name", sa.String(length=63), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "merge_id"],
            ["partnership_merge.vendor_id", "partnership_merge.id"],
            name=op.f("fk_partnership_move_vendor_id_merge_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_partnership_move_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_move")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_partnership_move_vendor_id_id")),
    )
    with op.batch_alter_table("partnership_move", schema=None) as batch_op:
        batch_op.create_index(
            "ix_partnership_move_merge", ["vendor_id", "merge_id", "table_name", "column_name"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_partnership_move_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "path_enrolment",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("path_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "completed",
                "excused",
                name="pathstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_path_enrolment_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "assignment_id"],
            ["path_assignment.vendor_id", "path_assignment.id"],
            name=op.f("fk_path_enrolment_vendor_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_path_enrolment_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_id"],
            ["learning_path.vendor_id", "learning_path.id"],
            name=op.f("fk_path_enrolment_vendor_id_path_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "path_version_id"],
            ["path_version.vendor_id", "path_version.id"],
            name=op.f("fk_path_enrolment_vendor_id_path_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_path_enrolment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_enrolment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_path_enrolment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_path_enrolment_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id", "user_id", "path_id", name=op.f("uq_path_enrolment_vendor_id_user_id_path_id")
        ),
    )
    with op.batch_alter_table("path_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_path_enrolment_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_path_enrolment_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_path_enrolment_vendor_partnership", ["vendor_id", "partnership_id"], unique=False
        )
        batch_op.create_index(
            "ix_path_enrolment_vendor_path", ["vendor_id", "path_id", "status"], unique=False
        )

    op.create_table(
        "quiz_pool",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "draw_id"],
            ["quiz_draw.vendor_id", "quiz_draw.id"],
            name=op.f("fk_quiz_pool_vendor_id_draw_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "question_version_id"],
            ["bank_question_version.vendor_id", "bank_question_version.id"],
            name=op.f("fk_quiz_pool_vendor_id_question_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_quiz_pool_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_pool")),
        sa.UniqueConstraint(
            "draw_id", "question_version_id", name=op.f("uq_quiz_pool_draw_id_question_version_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_quiz_pool_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_quiz_pool_vendor_id_id")),
    )
    with op.batch_alter_table("quiz_pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_pool_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "sales_order",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("deal_external_id", sa.String(length=120), nullable=True),
        sa.Column("is_derived", sa.Boolean(), nullable=False),
        sa.Column("received_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source_system", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_sales_order_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "customer_id"],
            ["customer.vendor_id", "customer.id"],
            name=op.f("fk_sales_order_vendor_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "deal_id"],
            ["deal.vendor_id", "deal.id"],
            name=op.f("fk_sales_order_vendor_id_deal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_sales_order_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "product_id"],
            ["product.vendor_id", "product.id"],
            name=op.f("fk_sales_order_vendor_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_sales_order_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sales_order_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_sales_order_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "source_system",
            "external_id",
            name=op.f("uq_sales_order_vendor_id_source_system_external_id"),
        ),
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sales_order_sums",
            ["vendor_id", "currency", "ordered_on", "amount_minor", "partnership_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sales_order_unmatched_customer", ["vendor_id", "customer_id", "customer_name"], unique=False
        )
        batch_op.create_index(
            "ix_sales_order_unmatched_product", ["vendor_id", "product_id", "product_name"], unique=False
        )
        batch_op.create_index("ix_sales_order_vendor_batch", ["vendor_id", "batch_id", "line"], unique=False)
        batch_op.create_index("ix_sales_order_vendor_date", ["vendor_id", "ordered_on"], unique=False)
        batch_op.create_index("ix_sales_order_vendor_deal", ["vendor_id", "deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_sales_order_vendor_partnership", ["vendor_id", "partnership_id", "ordered_on"], unique=False
        )

    op.create_table(
        "usage_event",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("asset_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "viewed", "downloaded", name="usagekind", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_usage_event_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "asset_id"],
            ["asset.vendor_id", "asset.id"],
            name=op.f("fk_usage_event_vendor_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "asset_version_id"],
            ["asset_version.vendor_id", "asset_version.id"],
            name=op.f("fk_usage_event_vendor_id_asset_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_usage_event_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_usage_event_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_usage_event_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_usage_event_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "user_id",
            "asset_version_id",
            "kind",
            "window",
            name=op.f("uq_usage_event_vendor_id_user_id_asset_version_id_kind_window"),
        ),
    )
    with op.batch_alter_table("usage_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_event_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "ix_usage_event_vendor_asset",
            ["vendor_id", "asset_id", "at", "kind", "partnership_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_usage_event_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_usage_event_vendor_partnership", ["vendor_id", "partnership_id", "at", "kind"], unique=False
        )

    op.create_table(
        "video_captions",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_video_captions_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_video_captions_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_video_captions_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_captions")),
        sa.UniqueConstraint("lesson_id", "language", name=op.f("uq_video_captions_lesson_id_language")),
        sa.UniqueConstraint("public_id", name=op.f("uq_video_captions_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_video_captions_vendor_id_id")),
    )
    with op.batch_alter_table("video_captions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_video_captions_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("score_percent", sa.Integer(), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_attempt_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_attempt_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_attempt_enrolment_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attempt_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_attempt_vendor_id_id")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_evidence",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name=op.f("fk_audit_evidence_uploaded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_audit_evidence_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "item_id"],
            ["audit_item.vendor_id", "audit_item.id"],
            name=op.f("fk_audit_evidence_vendor_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_evidence_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_evidence_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_evidence_vendor_id_id")),
    )
    with op.batch_alter_table("audit_evidence", schema=None) as batch_op:
        batch_op.create_index("ix_audit_evidence_item", ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_evidence_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_finding",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "minor",
                "major",
                "critical",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("waived_reason", sa.String(), nullable=False),
        sa.Column("waived_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_audit_finding_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "audit_id"],
            ["audit.vendor_id", "audit.id"],
            name=op.f("fk_audit_finding_vendor_id_audit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "item_id"],
            ["audit_item.vendor_id", "audit_item.id"],
            name=op.f("fk_audit_finding_vendor_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_finding_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_finding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_finding_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_finding_vendor_id_id")),
    )
    with op.batch_alter_table("audit_finding", schema=None) as batch_op:
        batch_op.create_index("ix_audit_finding_audit", ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_finding_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_row",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("ok", "not_ok", name="rowverdict", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_audit_row_position")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "item_id"],
            ["audit_item.vendor_id", "audit_item.id"],
            name=op.f("fk_audit_row_vendor_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_row_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
        sa.UniqueConstraint("item_id", "position", name=op.f("uq_audit_row_item_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_row_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_row_vendor_id_id")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_row_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "completion",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("score_percent", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_completion_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_id"],
            ["course.vendor_id", "course.id"],
            name=op.f("fk_completion_vendor_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "course_version_id"],
            ["course_version.vendor_id", "course_version.id"],
            name=op.f("fk_completion_vendor_id_course_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_completion_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_completion_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_completion_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_completion_enrolment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_completion_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_completion_vendor_id_id")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_completion_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_completion_vendor_partnership", ["vendor_id", "partnership_id", "completed_at"], unique=False
        )
        batch_op.create_index(
            "ix_completion_vendor_user", ["vendor_id", "user_id", "course_id", "completed_at"], unique=False
        )

    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_escalation_vendor_id_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_escalation_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint(
            "vendor_id",
            "enrolment_id",
            "step",
            "due_on",
            name=op.f("uq_escalation_vendor_id_enrolment_id_step_due_on"),
        ),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_escalation_vendor_id_id")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("order_external_id", sa.String(length=120), nullable=False),
        sa.Column("invoiced_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("received_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source_system", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_invoice_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "order_id"],
            ["sales_order.vendor_id", "sales_order.id"],
            name=op.f("fk_invoice_vendor_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_invoice_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_invoice_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invoice_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_invoice_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "source_system",
            "external_id",
            name=op.f("uq_invoice_vendor_id_source_system_external_id"),
        ),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_vendor_date", ["vendor_id", "invoiced_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_invoice_vendor_order", ["vendor_id", "order_id"], unique=False)
        batch_op.create_index(
            "ix_invoice_vendor_partnership", ["vendor_id", "partnership_id", "invoiced_on"], unique=False
        )
        batch_op.create_index(
            "ix_invoice_waiting", ["vendor_id", "source_system", "order_external_id"], unique=False
        )

    op.create_table(
        "item_state",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=400), nullable=False),
        sa.Column("cmi", sa.JSON(), nullable=False),
        sa.Column(
            "completion",
            sa.Enum(
                "unknown",
                "not_attempted",
                "incomplete",
                "completed",
                name="completionstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "success",
            sa.Enum(
                "unknown",
                "passed",
                "failed",
                name="successstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("score_scaled", sa.Integer(), nullable=True),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("session_seconds", sa.Integer(), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_item_state_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_item_state_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_item_state_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_state")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", "item", name=op.f("uq_item_state_enrolment_id_lesson_id_item")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_state_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_item_state_vendor_id_id")),
    )
    with op.batch_alter_table("item_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_state_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "lesson_progress",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_lesson_progress_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_lesson_progress_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lesson_progress_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_progress")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", name=op.f("uq_lesson_progress_enrolment_id_lesson_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_progress_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_lesson_progress_vendor_id_id")),
    )
    with op.batch_alter_table("lesson_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_progress_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "package_launch",
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("launched_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_package_launch_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_package_launch_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_package_launch_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "package_id"],
            ["content_package.vendor_id", "content_package.id"],
            name=op.f("fk_package_launch_vendor_id_package_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_package_launch_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_launch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_package_launch_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_package_launch_vendor_id_id")),
    )
    with op.batch_alter_table("package_launch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_launch_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_launch_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_package_launch_vendor_user", ["vendor_id", "user_id"], unique=False)

    op.create_table(
        "package_progress",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column(
            "completion",
            sa.Enum(
                "unknown",
                "not_attempted",
                "incomplete",
                "completed",
                name="completionstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "success",
            sa.Enum(
                "unknown",
                "passed",
                "failed",
                name="successstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("score_percent", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("current_item", sa.String(length=400), nullable=True),
        sa.Column("sequencing", sa.String(), nullable=True),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_package_progress_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_package_progress_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "package_id"],
            ["content_package.vendor_id", "content_package.id"],
            name=op.f("fk_package_progress_vendor_id_package_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_package_progress_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_progress")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", name=op.f("uq_package_progress_enrolment_id_lesson_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_package_progress_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_package_progress_vendor_id_id")),
    )
    with op.batch_alter_table("package_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_progress_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "placement_test",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("needed_percent", sa.Integer(), nullable=False),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.JSON(), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("correct", sa.Integer(), nullable=True),
        sa.Column("questions", sa.Integer(), nullable=True),
        sa.Column("score_percent", sa.Integer(), nullable=True),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_placement_test_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_placement_test_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_test")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_placement_test_enrolment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_placement_test_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_placement_test_vendor_id_id")),
    )
    with op.batch_alter_table("placement_test", schema=None) as batch_op:
        batch_op.create_index(
            "ix_placement_test_open", ["vendor_id", "submitted_at", "ends_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_placement_test_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "quiz_sitting",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("started_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.JSON(), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_quiz_sitting_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_quiz_sitting_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_sitting")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_quiz_sitting_enrolment_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quiz_sitting_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_quiz_sitting_vendor_id_id")),
    )
    with op.batch_alter_table("quiz_sitting", schema=None) as batch_op:
        batch_op.create_index("ix_quiz_sitting_open", ["vendor_id", "submitted_at", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_quiz_sitting_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "task_submission",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "passed",
                "failed",
                "appealed",
                name="taskstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("grader_id", sa.Integer(), nullable=True),
        sa.Column("appeal", sa.String(), nullable=False),
        sa.Column("appealed_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grader_id"], ["user_account.id"], name=op.f("fk_task_submission_grader_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_task_submission_user_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_task_submission_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_task_submission_vendor_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_task_submission_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "partnership_id"],
            ["partnership.vendor_id", "partnership.id"],
            name=op.f("fk_task_submission_vendor_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_task_submission_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_submission")),
        sa.UniqueConstraint(
            "enrolment_id",
            "lesson_id",
            "number",
            name=op.f("uq_task_submission_enrolment_id_lesson_id_number"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_task_submission_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_task_submission_vendor_id_id")),
    )
    with op.batch_alter_table("task_submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_submission_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_submission_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index(
            "ix_task_submission_vendor_status", ["vendor_id", "status", "handed_in_at"], unique=False
        )

    op.create_table(
        "video_progress",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("watched", sa.JSON(), nullable=False),
        sa.Column("watched_milliseconds", sa.Integer(), nullable=False),
        sa.Column("position_milliseconds", sa.Integer(), nullable=False),
        sa.Column("allowance_milliseconds", sa.Integer(), nullable=False),
        sa.Column("reported_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_video_progress_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "lesson_id"],
            ["lesson.vendor_id", "lesson.id"],
            name=op.f("fk_video_progress_vendor_id_lesson_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_video_progress_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_progress")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_id", name=op.f("uq_video_progress_enrolment_id_lesson_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_video_progress_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_video_progress_vendor_id_id")),
    )
    with op.batch_alter_table("video_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_video_progress_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("question_version_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(question_id IS NULL) <> (question_version_id IS NULL)",
            name=op.f("ck_attempt_item_one_question"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "attempt_id"],
            ["attempt.vendor_id", "attempt.id"],
            name=op.f("fk_attempt_item_vendor_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "question_id"],
            ["question.vendor_id", "question.id"],
            name=op.f("fk_attempt_item_vendor_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "question_version_id"],
            ["bank_question_version.vendor_id", "bank_question_version.id"],
            name=op.f("fk_attempt_item_vendor_id_question_version_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_attempt_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_item")),
        sa.UniqueConstraint("attempt_id", "place", name=op.f("uq_attempt_item_attempt_id_place")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attempt_item_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_attempt_item_vendor_id_id")),
    )
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_item_question", ["question_id"], unique=False)
        batch_op.create_index("ix_attempt_item_question_version", ["question_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempt_item_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "audit_action",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "agreed",
                "proved",
                "accepted",
                "sent_back",
                name="actionstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("proof_text", sa.String(), nullable=False),
        sa.Column("proof_file_id", sa.Integer(), nullable=True),
        sa.Column("proved_by_id", sa.Integer(), nullable=True),
        sa.Column("proved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_audit_action_created_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_audit_action_owner_id")),
        sa.ForeignKeyConstraint(
            ["proved_by_id"], ["user_account.id"], name=op.f("fk_audit_action_proved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "finding_id"],
            ["audit_finding.vendor_id", "audit_finding.id"],
            name=op.f("fk_audit_action_vendor_id_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "proof_file_id"],
            ["stored_file.vendor_id", "stored_file.id"],
            name=op.f("fk_audit_action_vendor_id_proof_file_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_audit_action_vendor_id")),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["user_account.id"], name=op.f("fk_audit_action_verified_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_action")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_action_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_audit_action_vendor_id_id")),
    )
    with op.batch_alter_table("audit_action", schema=None) as batch_op:
        batch_op.create_index("ix_audit_action_finding", ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_action_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "delta_enrolment",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("has_quiz", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "completion_id"],
            ["completion.vendor_id", "completion.id"],
            name=op.f("fk_delta_enrolment_vendor_id_completion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "enrolment_id"],
            ["enrolment.vendor_id", "enrolment.id"],
            name=op.f("fk_delta_enrolment_vendor_id_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_delta_enrolment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delta_enrolment")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_delta_enrolment_enrolment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delta_enrolment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_delta_enrolment_vendor_id_id")),
    )
    with op.batch_alter_table("delta_enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_delta_enrolment_completion", ["completion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delta_enrolment_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "imported_completion",
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("imported_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "completion_id"],
            ["completion.vendor_id", "completion.id"],
            name=op.f("fk_imported_completion_vendor_id_completion_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_imported_completion_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_completion")),
        sa.UniqueConstraint("completion_id", name=op.f("uq_imported_completion_completion_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_imported_completion_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_imported_completion_vendor_id_id")),
    )
    with op.batch_alter_table("imported_completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_completion_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "item_interaction",
        sa.Column("state_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("saved_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "state_id"],
            ["item_state.vendor_id", "item_state.id"],
            name=op.f("fk_item_interaction_vendor_id_state_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_item_interaction_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_interaction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_interaction_public_id")),
        sa.UniqueConstraint(
            "state_id", "session", "place", name=op.f("uq_item_interaction_state_id_session_place")
        ),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_item_interaction_vendor_id_id")),
    )
    with op.batch_alter_table("item_interaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_interaction_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("received_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source_system", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "batch_id"],
            ["import_batch.vendor_id", "import_batch.id"],
            name=op.f("fk_payment_vendor_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id", "invoice_id"],
            ["invoice.vendor_id", "invoice.id"],
            name=op.f("fk_payment_vendor_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_payment_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_payment_vendor_id_id")),
        sa.UniqueConstraint(
            "vendor_id",
            "source_system",
            "external_id",
            name=op.f("uq_payment_vendor_id_source_system_external_id"),
        ),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_vendor_id"), ["vendor_id"], unique=False)
        batch_op.create_index("ix_payment_vendor_invoice", ["vendor_id", "invoice_id"], unique=False)

    op.create_table(
        "placement_completion",
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("lessons_done_at", prm.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id", "completion_id"],
            ["completion.vendor_id", "completion.id"],
            name=op.f("fk_placement_completion_vendor_id_completion_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_placement_completion_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_completion")),
        sa.UniqueConstraint("completion_id", name=op.f("uq_placement_completion_completion_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_placement_completion_public_id")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_placement_completion_vendor_id_id")),
    )
    with op.batch_alter_table("placement_completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_completion_vendor_id"), ["vendor_id"], unique=False)

    op.create_table(
        "task_grading",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("points_possible", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("graded_at", prm.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_task_grading_round")),
        sa.ForeignKeyConstraint(["grader_id"], ["user_account.id"], name=op.f("fk_task_grading_grader_id")),
        sa.ForeignKeyConstraint(
            ["vendor_id", "submission_id"],
            ["task_submission.vendor_id", "task_submission.id"],
            name=op.f("fk_task_grading_vendor_id_submission_id"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_task_grading_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_grading")),
        sa.UniqueConstraint("public_id", name=op.f("uq_task_grading_public_id")),
        sa.UniqueConstraint("submission_id", "round", name=op.f("uq_task_grading_submission_id_round")),
        sa.UniqueConstraint("vendor_id", "id", name=op.f("uq_task_grading_vendor_id_id")),
    )
    with op.batch_alter_table("task_grading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_grading_vendor_id"), ["vendor_id"], unique=False)

    guard_append_only(op.get_bind())
    secure_rows(op.get_bind())
    create_word_indexes(op.get_bind())


def downgrade() -> None:
    drop_append_only(op.get_bind())
    drop_word_indexes(op.get_bind())
    with op.batch_alter_table("task_grading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_grading_vendor_id"))

    op.drop_table("task_grading")
    with op.batch_alter_table("placement_completion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_completion_vendor_id"))

    op.drop_table("placement_completion")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_vendor_invoice")
        batch_op.drop_index(batch_op.f("ix_payment_vendor_id"))

    op.drop_table("payment")
    with op.batch_alter_table("item_interaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_interaction_vendor_id"))

    op.drop_table("item_interaction")
    with op.batch_alter_table("imported_completion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_completion_vendor_id"))

    op.drop_table("imported_completion")
    with op.batch_alter_table("delta_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delta_enrolment_vendor_id"))
        batch_op.drop_index("ix_delta_enrolment_completion")

    op.drop_table("delta_enrolment")
    with op.batch_alter_table("audit_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_action_vendor_id"))
        batch_op.drop_index("ix_audit_action_finding")

    op.drop_table("audit_action")
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_item_vendor_id"))
        batch_op.drop_index("ix_attempt_item_question_version")
        batch_op.drop_index("ix_attempt_item_question")

    op.drop_table("attempt_item")
    with op.batch_alter_table("video_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_progress_vendor_id"))

    op.drop_table("video_progress")
    with op.batch_alter_table("task_submission", schema=None) as batch_op:
        batch_op.drop_index("ix_task_submission_vendor_status")
        batch_op.drop_index(batch_op.f("ix_task_submission_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_task_submission_user_id"))

    op.drop_table("task_submission")
    with op.batch_alter_table("quiz_sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_sitting_vendor_id"))
        batch_op.drop_index("ix_quiz_sitting_open")

    op.drop_table("quiz_sitting")
    with op.batch_alter_table("placement_test", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_test_vendor_id"))
        batch_op.drop_index("ix_placement_test_open")

    op.drop_table("placement_test")
    with op.batch_alter_table("package_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_progress_vendor_id"))

    op.drop_table("package_progress")
    with op.batch_alter_table("package_launch", schema=None) as batch_op:
        batch_op.drop_index("ix_package_launch_vendor_user")
        batch_op.drop_index(batch_op.f("ix_package_launch_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_package_launch_user_id"))

    op.drop_table("package_launch")
    with op.batch_alter_table("lesson_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_progress_vendor_id"))

    op.drop_table("lesson_progress")
    with op.batch_alter_table("item_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_state_vendor_id"))

    op.drop_table("item_state")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_waiting")
        batch_op.drop_index("ix_invoice_vendor_partnership")
        batch_op.drop_index("ix_invoice_vendor_order")
        batch_op.drop_index(batch_op.f("ix_invoice_vendor_id"))
        batch_op.drop_index("ix_invoice_vendor_date")

    op.drop_table("invoice")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_vendor_id"))

    op.drop_table("escalation")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index("ix_completion_vendor_user")
        batch_op.drop_index("ix_completion_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_completion_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_completion_user_id"))

    op.drop_table("completion")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_row_vendor_id"))

    op.drop_table("audit_row")
    with op.batch_alter_table("audit_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_finding_vendor_id"))
        batch_op.drop_index("ix_audit_finding_audit")

    op.drop_table("audit_finding")
    with op.batch_alter_table("audit_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_evidence_vendor_id"))
        batch_op.drop_index("ix_audit_evidence_item")

    op.drop_table("audit_evidence")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_vendor_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("video_captions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_captions_vendor_id"))

    op.drop_table("video_captions")
    with op.batch_alter_table("usage_event", schema=None) as batch_op:
        batch_op.drop_index("ix_usage_event_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_usage_event_vendor_id"))
        batch_op.drop_index("ix_usage_event_vendor_asset")
        batch_op.drop_index(batch_op.f("ix_usage_event_user_id"))

    op.drop_table("usage_event")
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_order_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_sales_order_vendor_id"))
        batch_op.drop_index("ix_sales_order_vendor_deal")
        batch_op.drop_index("ix_sales_order_vendor_date")
        batch_op.drop_index("ix_sales_order_vendor_batch")
        batch_op.drop_index("ix_sales_order_unmatched_product")
        batch_op.drop_index("ix_sales_order_unmatched_customer")
        batch_op.drop_index("ix_sales_order_sums")

    op.drop_table("sales_order")
    with op.batch_alter_table("quiz_pool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_pool_vendor_id"))

    op.drop_table("quiz_pool")
    with op.batch_alter_table("path_enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_path_enrolment_vendor_path")
        batch_op.drop_index("ix_path_enrolment_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_path_enrolment_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_path_enrolment_user_id"))

    op.drop_table("path_enrolment")
    with op.batch_alter_table("partnership_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_move_vendor_id"))
        batch_op.drop_index("ix_partnership_move_merge")

    op.drop_table("partnership_move")
    with op.batch_alter_table("onboarding_milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onboarding_milestone_vendor_id"))

    op.drop_table("onboarding_milestone")
    with op.batch_alter_table("lesson_video", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_video_vendor_id"))

    op.drop_table("lesson_video")
    with op.batch_alter_table("lesson_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_task_vendor_id"))

    op.drop_table("lesson_task")
    with op.batch_alter_table("lesson_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_session_vendor_id"))
        batch_op.drop_index("ix_lesson_session_series")

    op.drop_table("lesson_session")
    with op.batch_alter_table("lesson_package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_package_vendor_id"))

    op.drop_table("lesson_package")
    with op.batch_alter_table("lesson_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_link_vendor_id"))

    op.drop_table("lesson_link")
    with op.batch_alter_table("lesson_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_file_vendor_id"))

    op.drop_table("lesson_file")
    with op.batch_alter_table("lesson_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_change_vendor_id"))
        batch_op.drop_index("ix_lesson_change_origin")

    op.drop_table("lesson_change")
    with op.batch_alter_table("issue_batch_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_batch_item_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_issue_batch_item_user_id"))
        batch_op.drop_index("ix_issue_batch_item_state")

    op.drop_table("issue_batch_item")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrolment_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_enrolment_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_enrolment_user_id"))

    op.drop_table("enrolment")
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credential_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_credential_sha256"))
        batch_op.drop_index(
            "ix_credential_current",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("credential")
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_choice_vendor_id"))

    op.drop_table("choice")
    with op.batch_alter_table("certificate_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_file_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_file_sha256"))

    op.drop_table("certificate_file")
    with op.batch_alter_table("audit_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_name_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_name_user_id"))

    op.drop_table("audit_name")
    with op.batch_alter_table("audit_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_item_vendor_id"))

    op.drop_table("audit_item")
    with op.batch_alter_table("audit_campaign_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_campaign_target_vendor_id"))
        batch_op.drop_index("ix_audit_campaign_target_outcome")

    op.drop_table("audit_campaign_target")
    with op.batch_alter_table("version_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_change_vendor_id"))

    op.drop_table("version_change")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_vendor_id"))

    op.drop_table("target")
    with op.batch_alter_table("session_seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_seat_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_session_seat_user_id"))
        batch_op.drop_index(batch_op.f("ix_session_seat_partnership_id"))

    op.drop_table("session_seat")
    with op.batch_alter_table("quiz_rules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiz_rules_vendor_id"))

    op.drop_table("quiz_rules")
    with op.batch_alter_table("quiz_draw", schema=None) as batch_op:
        batch_op.drop_index("ix_quiz_draw_version")
        batch_op.drop_index(batch_op.f("ix_quiz_draw_vendor_id"))

    op.drop_table("quiz_draw")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_version_position")
        batch_op.drop_index(batch_op.f("ix_question_vendor_id"))

    op.drop_table("question")
    with op.batch_alter_table("path_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_path_step_vendor_id"))

    op.drop_table("path_step")
    with op.batch_alter_table("path_prerequisite", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_path_prerequisite_vendor_id"))

    op.drop_table("path_prerequisite")
    with op.batch_alter_table("path_completion", schema=None) as batch_op:
        batch_op.drop_index("ix_path_completion_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_path_completion_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_path_completion_user_id"))

    op.drop_table("path_completion")
    with op.batch_alter_table("path_assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_path_assignment_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_path_assignment_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_path_assignment_user_id"))

    op.drop_table("path_assignment")
    with op.batch_alter_table("partnership_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_task_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_task_partnership_id"))
        batch_op.drop_index("ix_partnership_task_owner")

    op.drop_table("partnership_task")
    with op.batch_alter_table("partnership_standing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_standing_vendor_id"))
        batch_op.drop_index("ix_partnership_standing_day")

    op.drop_table("partnership_standing")
    with op.batch_alter_table("partnership_past", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_past_vendor_id"))
        batch_op.drop_index("ix_partnership_past_until")

    op.drop_table("partnership_past")
    with op.batch_alter_table("partnership_parent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_parent_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_parent_parent_id"))

    op.drop_table("partnership_parent")
    with op.batch_alter_table("partnership_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_note_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_note_partnership_id"))

    op.drop_table("partnership_note")
    with op.batch_alter_table("partnership_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_merge_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_merge_survivor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_merge_absorbed_id"))

    op.drop_table("partnership_merge")
    with op.batch_alter_table("partnership_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_document_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_document_partnership_id"))

    op.drop_table("partnership_document")
    with op.batch_alter_table("partnership_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_contact_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_contact_partnership_id"))

    op.drop_table("partnership_contact")
    with op.batch_alter_table("partnership_branch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_branch_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_branch_partnership_id"))

    op.drop_table("partnership_branch")
    with op.batch_alter_table("partnership_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_alias_vendor_id"))

    op.drop_table("partnership_alias")
    with op.batch_alter_table("partner_application", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_application_vendor_status")
        batch_op.drop_index(batch_op.f("ix_partner_application_vendor_id"))

    op.drop_table("partner_application")
    with op.batch_alter_table("onboarding_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onboarding_plan_vendor_id"))

    op.drop_table("onboarding_plan")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_vendor_user_read")
        batch_op.drop_index("ix_notification_vendor_mail")
        batch_op.drop_index(batch_op.f("ix_notification_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_notification_user_id"))

    op.drop_table("notification")
    with op.batch_alter_table("lesson", schema=None) as batch_op:
        batch_op.drop_index("ix_lesson_version_position")
        batch_op.drop_index(batch_op.f("ix_lesson_vendor_id"))

    op.drop_table("lesson")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_row_vendor_id"))
        batch_op.drop_index("ix_import_row_batch_line")

    op.drop_table("import_row")
    with op.batch_alter_table("import_conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_conflict_vendor_id"))
        batch_op.drop_index("ix_import_conflict_entity")
        batch_op.drop_index("ix_import_conflict_batch")

    op.drop_table("import_conflict")
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_change_vendor_id"))
        batch_op.drop_index("ix_import_change_entity")
        batch_op.drop_index("ix_import_change_batch_type")

    op.drop_table("import_change")
    with op.batch_alter_table("external_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_external_certificate_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_external_certificate_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_external_certificate_user_id"))

    op.drop_table("external_certificate")
    with op.batch_alter_table("dropped_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dropped_file_vendor_id"))

    op.drop_table("dropped_file")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_vendor_registered")
        batch_op.drop_index("ix_deal_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_deal_vendor_id"))
        batch_op.drop_index("ix_deal_vendor_batch")
        batch_op.drop_index("ix_deal_unmatched_product")
        batch_op.drop_index("ix_deal_unmatched_customer")
        batch_op.drop_index("ix_deal_sums")

    op.drop_table("deal")
    with op.batch_alter_table("compliance_seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_seen_vendor_id"))

    op.drop_table("compliance_seen")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_vendor_user")
        batch_op.drop_index("ix_certificate_vendor_partnership")
        batch_op.drop_index("ix_certificate_vendor_issued")
        batch_op.drop_index(batch_op.f("ix_certificate_vendor_id"))
        batch_op.drop_index("ix_certificate_vendor_expiry")
        batch_op.drop_index(batch_op.f("ix_certificate_user_id"))
        batch_op.drop_index(
            "ix_certificate_previous_id",
            sqlite_where=sa.text("previous_id IS NOT NULL"),
            postgresql_where=sa.text("previous_id IS NOT NULL"),
        )

    op.drop_table("certificate")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_vendor_status")
        batch_op.drop_index("ix_audit_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_audit_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_campaign_id"))
        batch_op.drop_index(batch_op.f("ix_audit_auditor_id"))

    op.drop_table("audit")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_vendor_partnership")
        batch_op.drop_index(batch_op.f("ix_assignment_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_user_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asset_version_vendor_id"))

    op.drop_table("asset_version")
    with op.batch_alter_table("agreement_acceptance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_acceptance_vendor_id"))

    op.drop_table("agreement_acceptance")
    with op.batch_alter_table("accreditation_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_rule_vendor_id"))

    op.drop_table("accreditation_rule")
    with op.batch_alter_table("accreditation_award", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_accreditation_award_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_accreditation_award_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_accreditation_award_sha256"))
        batch_op.drop_index("ix_accreditation_award_partnership")
        batch_op.drop_index("ix_accreditation_award_lapse")

    op.drop_table("accreditation_award")
    with op.batch_alter_table("viewing", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_viewing_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("viewing")
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_index("ix_training_session_vendor_starts")
        batch_op.drop_index(batch_op.f("ix_training_session_vendor_id"))
        batch_op.drop_index("ix_training_session_course_series")

    op.drop_table("training_session")
    with op.batch_alter_table("product_price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_price_vendor_id"))

    op.drop_table("product_price")
    with op.batch_alter_table("product_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_alias_vendor_id"))

    op.drop_table("product_alias")
    with op.batch_alter_table("path_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_path_version_vendor_id"))

    op.drop_table("path_version")
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.drop_index("ix_partnership_vendor_name")
        batch_op.drop_index(batch_op.f("ix_partnership_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_partner_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_manager_user_id"))

    op.drop_table("partnership")
    with op.batch_alter_table("package_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_file_vendor_id"))

    op.drop_table("package_file")
    with op.batch_alter_table("lesson_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_image_vendor_id"))

    op.drop_table("lesson_image")
    with op.batch_alter_table("issue_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_batch_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_issue_batch_finished_at"))
        batch_op.drop_index("ix_issue_batch_certification")

    op.drop_table("issue_batch")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_batch_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_import_batch_status"))

    op.drop_table("import_batch")
    with op.batch_alter_table("customer_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_alias_vendor_id"))

    op.drop_table("customer_alias")
    with op.batch_alter_table("criterion_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_version_vendor_id"))

    op.drop_table("criterion_version")
    with op.batch_alter_table("course_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_version_vendor_id"))

    op.drop_table("course_version")
    with op.batch_alter_table("country_region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_country_region_vendor_id"))

    op.drop_table("country_region")
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_item_vendor_id"))

    op.drop_table("checklist_item")
    with op.batch_alter_table("certification_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_version_vendor_id"))

    op.drop_table("certification_version")
    with op.batch_alter_table("certificate_design", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_design_vendor_id"))
        batch_op.drop_index(
            "ix_certificate_design_draft",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("certificate_design")
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_item_vendor_id"))
        batch_op.drop_index("ix_bulk_item_run_outcome")

    op.drop_table("bulk_item")
    with op.batch_alter_table("bank_question_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_question_version_vendor_id"))

    op.drop_table("bank_question_version")
    with op.batch_alter_table("audit_campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_campaign_vendor_id"))

    op.drop_table("audit_campaign")
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.drop_index("ix_asset_vendor_title")
        batch_op.drop_index(batch_op.f("ix_asset_vendor_id"))

    op.drop_table("asset")
    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_vendor_id"))

    op.drop_table("accreditation")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_stored_file_key"))

    op.drop_table("stored_file")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signing_key_vendor_id"))

    op.drop_table("signing_key")
    with op.batch_alter_table("sign_in_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_step_user_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_step_expires_at"))

    op.drop_table("sign_in_step")
    op.drop_table("second_factor")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_saved_view_user_id"))

    op.drop_table("saved_view")
    with op.batch_alter_table("retention_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_rule_vendor_id"))

    op.drop_table("retention_rule")
    with op.batch_alter_table("reminder_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_progress_vendor_id"))

    op.drop_table("reminder_progress")
    with op.batch_alter_table("reminder_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_plan_vendor_id"))

    op.drop_table("reminder_plan")
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_vendor_id"))

    op.drop_table("region")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_user_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_vendor_id"))

    op.drop_table("product")
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_reset_user_id"))
        batch_op.drop_index(batch_op.f("ix_password_reset_created_at"))

    op.drop_table("password_reset")
    op.drop_table("partner_vendor")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_status"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_next_attempt_at"))

    op.drop_table("outgoing_mail")
    with op.batch_alter_table("onboarding_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onboarding_template_vendor_id"))

    op.drop_table("onboarding_template")
    with op.batch_alter_table("notification_preference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_preference_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_notification_preference_user_id"))

    op.drop_table("notification_preference")
    with op.batch_alter_table("membership_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_grant_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_membership_grant_user_id"))

    op.drop_table("membership_grant")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))
        batch_op.drop_index("ix_membership_partner_ended")
        batch_op.drop_index(
            "ix_membership_at_vendor_id",
            sqlite_where=sa.text("at_vendor_id IS NOT NULL"),
            postgresql_where=sa.text("at_vendor_id IS NOT NULL"),
        )

    op.drop_table("membership")
    with op.batch_alter_table("learning_path", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_learning_path_vendor_id"))

    op.drop_table("learning_path")
    with op.batch_alter_table("journal_personal_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_personal_value_entry_id"))

    op.drop_table("journal_personal_value")
    with op.batch_alter_table("issued_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issued_code_vendor_id"))

    op.drop_table("issued_code")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_partnership_public_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("import_mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_mapping_vendor_id"))

    op.drop_table("import_mapping")
    with op.batch_alter_table("former_slug", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_slug_vendor_id"))

    op.drop_table("former_slug")
    with op.batch_alter_table("email_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_email_change_user_id"))

    op.drop_table("email_change")
    with op.batch_alter_table("design_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_design_image_vendor_id"))

    op.drop_table("design_image")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_vendor_id"))

    op.drop_table("customer")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_vendor_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("credential_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credential_key_vendor_id"))

    op.drop_table("credential_key")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_vendor_id"))

    op.drop_table("course")
    with op.batch_alter_table("content_package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_package_vendor_id"))

    op.drop_table("content_package")
    with op.batch_alter_table("compliance_policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compliance_policy_vendor_id"))

    op.drop_table("compliance_policy")
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_vendor_id"))

    op.drop_table("checklist")
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_vendor_id"))

    op.drop_table("certification")
    with op.batch_alter_table("certificate_counter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_counter_vendor_id"))

    op.drop_table("certificate_counter")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_vendor_id"))

    op.drop_table("campaign")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_user_id"))

    op.drop_table("calendar_feed")
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_run_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_bulk_run_user_id"))

    op.drop_table("bulk_run")
    with op.batch_alter_table("bank_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_question_vendor_id"))
        batch_op.drop_index("ix_bank_question_topic")

    op.drop_table("bank_question")
    with op.batch_alter_table("badge_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_picture_vendor_id"))
        batch_op.drop_index(batch_op.f("ix_badge_picture_png_sha256"))

    op.drop_table("badge_picture")
    with op.batch_alter_table("application_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_form_vendor_id"))

    op.drop_table("application_form")
    with op.batch_alter_table("application_field", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_field_vendor_id"))

    op.drop_table("application_field")
    with op.batch_alter_table("agreement_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_version_vendor_id"))

    op.drop_table("agreement_version")
    with op.batch_alter_table("accreditation_look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_look_vendor_id"))

    op.drop_table("accreditation_look")
    op.drop_table("vendor")
    op.drop_table("user_account")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_failure_subject_hash"))
        batch_op.drop_index(batch_op.f("ix_sign_in_failure_at"))

    op.drop_table("sign_in_failure")
    op.drop_table("partner_people")
    op.drop_table("partner")
    op.drop_table("opened_seal")
    op.drop_table("journal_head")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_entry_subject_ref"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_action"))

    op.drop_table("journal_entry")
    op.drop_table("erasure")
    with op.batch_alter_table("backup_taken", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_backup_taken_taken_at"))

    op.drop_table("backup_taken")
