"""Mutants that change nothing anybody could notice, each with the reason: the table.

(kind, file and function or place, the mutant's text up to there, reason). A mutant belongs here only
where another guard stands behind the one removed, or where what it lets through is shown to the same
people anyway. One that is caught needs no entry; what only tests notice stands in tested.py.
"""

from __future__ import annotations

from tests.deep.parents import PARENTS

_INVITING = "prm/accounts/services/invitations.py"
_FETCHED = "the page has looked the partnership up within the same reach, or it is the person's own"
_OFFERED = "the form takes only what it offers, and offers only what is within reach"
_JUDGED = "which partnerships to judge now; whoever joins the result narrows what is shown of it"

REASONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "table",
        "prm/permissions.py",
        "scheme.view of executive",
        "every page that lists schemes is marked with another permission that executives lack",
    ),
    (
        "table",
        "prm/permissions.py",
        "agreement.accept of partner_admin",
        "one accepts for the company that the actor stands for: no reach is asked",
    ),
    (
        "table",
        "prm/permissions.py",
        "notification.view of ",
        "every question about notifications names the person: no reach is asked",
    ),
    # Inviting: the page asks first, the service again, for whoever calls it otherwise.
    ("refusal", f"{_INVITING} _check_reach", "raise Forbidden(_('You cannot give", _OFFERED),
    ("actor", f"{_INVITING} _check_reach", "company.vendor_id == actor.vendor_id", _FETCHED),
    ("reach", f"{_INVITING} _check_reach", "reach is Reach.ALL", _FETCHED),
    ("actor", f"{_INVITING} _check_reach", "company.region_id in actor.region_ids", _FETCHED),
    ("actor", f"{_INVITING} _check_reach", "company.id == actor.partnership_id", _FETCHED),
    ("refusal", f"{_INVITING} _check_reach", "raise NotFound", _FETCHED),
    (
        "refusal",
        f"{_INVITING} _accepting",
        "raise Forbidden(_('There is an account",
        "the page has no form then: only an account made at that very moment gets here",
    ),
    (
        "refusal",
        f"{_INVITING} _accepting",
        "raise Forbidden(_('This invitation was sent",
        "the page has no form for another address: only one changed at that very moment gets here",
    ),
    (
        "mark",
        "certification.progress",
        "@requires(progress.view) → accreditation.view",
        "the page asks for certificate.view too, which those lack whom accreditation.view would let in",
    ),
    (
        "can",
        "prm/shell.py context",
        "actor.can(P.SEARCH)",
        "a field that is offered, and every role has the permission; the page of results asks",
    ),
    (
        "visible",
        "prm/partners/queries/partnerships.py list_names",
        "visible(select(PartnershipAlias",
        "the page of names has looked the partnership up within reach; who reads imports reaches all",
    ),
    # What a page offers or calls things; what it leads to has its own guard.
    (
        "actor",
        "prm/accounts/views/people.py _shown",
        "membership.user_id != actor.user_id",
        "a link beside one's own name; retire_person refuses to end one's own membership",
    ),
    (
        "actor",
        "prm/accounts/views/people.py _shown",
        "membership.user_id == actor.user_id",
        "a mark beside one's own name",
    ),
    *(
        ("actor", f"prm/accounts/views/person.py {function}", f"user.id {sign} actor.user_id", reason)
        for function, sign, reason in (
            ("edit_membership", "==", "a note beside one's own name"),
            ("_page", "==", "a note beside one's own name"),
            ("_page", "!=", "links beside one's own name; the services refuse one's own"),
        )
    ),
    (
        "actor",
        "prm/audits/views/audits.py audit_page",
        "actor.user_id == found.auditor_id",
        "which steps the page offers; the services refuse whoever is not the auditor",
    ),
    (
        "actor",
        "prm/audits/views/items.py _item_page",
        "actor.user_id == audit.auditor_id",
        "whether the page offers to judge; judge_item refuses whoever is not the auditor",
    ),
    (
        "actor",
        "prm/audits/views/audits.py _mine",
        "Audit.auditor_id == actor.user_id",
        "a filter that readers choose; all that is listed without it is within their reach",
    ),
    (
        "actor",
        "prm/certification/views/certificates.py detail",
        "certificate.user_id == actor.user_id",
        "a link for the holder, made of nothing but what the page shows to every reader of it",
    ),
    (
        "can",
        "prm/marketing/listing.py _filters",
        "actor.can(P.ASSET_EDIT)",
        "a filter that is offered; select_assets decides which assets are listed",
    ),
    *(
        ("actor", at, "PartnershipTask.owner_id == actor.user_id", "one's own of the tasks within reach")
        for at in (
            "prm/partners/queries/desk.py list_my_tasks",
            "prm/partners/views/desk.py tasks",
        )
    ),
    (
        "refusal",
        "prm/revenue/services.py set_targets",
        "raise NotFound",
        "the page asks for no other years than those",
    ),
    (
        "refusal",
        "prm/training/services/launching.py _open",
        "raise NotFound",
        "the pages are marked for who takes or writes courses: all of them have signed in",
    ),
    (
        "actor",
        "prm/training/services/launching.py _open",
        "PackageLaunch.user_id == actor.user_id",
        "launches that ended long ago are forgotten: nobody is shown anything of them",
    ),
    (
        "refusal",
        "prm/operations/services/erasing.py erase_person",
        "raise Forbidden",
        "called by a command alone, which acts as the system",
    ),
    (
        "actor",
        "prm/certification/accreditation/queries.py list_accreditations",
        "Accreditation.vendor_id == actor.vendor_id",
        "the tenant filter names the vendor too, and is taken away by a mutant of its own",
    ),
    (
        "actor",
        "prm/certification/accreditation/services.py _today",
        "Vendor.id == actor.vendor_id",
        "which day it is for a job: nobody is shown anything of it",
    ),
    *(
        (
            "filter",
            f"prm/certification/queries/matrix.py {function}",
            "reachable(actor)",
            "the people are narrowed by progress.view, which reaches as far, and take their papers along",
        )
        for function in ("list_newest", "has_standing", "count_standings")
    ),
    (
        "actor",
        "prm/certification/services/issuing.py renew_certificate",
        "actor.user_id != certificate.user_id",
        "the page looks the certificate up as the person's own",
    ),
    (
        "require",
        "prm/certification/designs/services.py publish_draft",
        "require(actor, P.SCHEME_EDIT)",
        "the page is marked scheme.edit; no question here waits for the trials before it",
    ),
    (
        "can",
        "prm/certification/queries/companies.py list_accredited",
        "actor.can(P.ACCREDITATION_VIEW)",
        "list_of_partnership answers with visible() of the same permission",
    ),
    (
        "require",
        "prm/partners/services/desk.py remove",
        "require(actor, P.PARTNER_EDIT)",
        "notes and contacts are removed by pages marked partner.edit",
    ),
    (
        "can",
        "prm/products/queries.py offered_products",
        "actor.can(P.PRODUCT_EDIT)",
        "which products a list begins with; a former one's page opens for whoever sees products",
    ),
    (
        "can",
        "prm/search/queries.py search",
        "actor.can(permission)",
        "every kind is looked for with visible() of the same permission",
    ),
    (
        "actor",
        "prm/notifications/queries.py count_unread",
        "bound_vendor() != actor.vendor_id",
        "the actor acts at the vendor served, or at none: both give the same number",
    ),
    (
        "can",
        "prm/shell.py _bell",
        "actor.can(P.NOTIFICATION_VIEW)",
        "every question about notifications names the person: who may not see them has none",
    ),
    *(
        (
            "refusal",
            f"prm/training/queries/content.py {function}",
            "raise NotFound",
            "asked of lessons of that kind: each of those has one",
        )
        for function in ("get_lesson_package", "get_video", "get_link")
    ),
    (
        "actor",
        "prm/training/queries/tasks.py _queue_spec",
        "TaskSubmission.grader_id == actor.user_id",
        "a filter that graders choose; all that is listed without it is within their reach",
    ),
    (
        "visible",
        "prm/training/services/adjusting.py _latest",
        "visible(select(Enrolment)",
        "called for people whom the action on many rows has looked up within the same reach",
    ),
    *(
        (
            "require",
            f"prm/training/services/importing.py {function}",
            "require(actor, P.IMPORT_RUN)",
            "called by the job of an import, which only who has import.run starts",
        )
        for function in ("import_completion", "import_external_certificates")
    ),
    (
        "refusal",
        "prm/training/services/launching.py launch_preview",
        "raise NotFound",
        "get_lesson_package, asked next, refuses a lesson that is no package",
    ),
    (
        "reach",
        "prm/partners/queries/people.py list_spec",
        "actor.reach(P.PEOPLE_VIEW) is Reach.ALL",
        "which filters are offered; select_people decides who is listed",
    ),
    (
        "actor",
        "prm/training/services/tasks.py take_submission",
        "submission.grader_id != actor.user_id",
        "whether taking what one has is written down again",
    ),
    *(
        (
            "actor",
            "prm/training/views/grading.py _grade_page",
            text,
            "what the page offers; the service refuses one's own work and a second grade by the first",
        )
        for text in ("each.grader_key == actor.user_id", "submission.user_id ")
    ),
    *(
        (
            "refusal",
            f"prm/training/views/packages.py {function}",
            "raise NotFound",
            "only where the store has lost the file: nothing is shown either way",
        )
        for function in ("video", "captions", "lesson_file")
    ),
    (
        "refusal",
        "prm/training/views/sessions.py _ids",
        "raise NotFound",
        "what is no id at all: the hostile corpus asks with some",
    ),
    *(
        ("require", at, "require(actor, P.", "the pages that hand a file over are marked with the same")
        for at in (
            "prm/training/services/content.py keep_file",
            "prm/training/services/content.py keep_video",
            "prm/training/services/packages.py keep_package",
        )
    ),
    (
        "require",
        "prm/training/services/importing.py withdraw_completions",
        "require(actor, P.IMPORT_RUN)",
        "called by undoing an import, which only who has import.run does",
    ),
    (
        "refusal",
        "prm/training/services/adjusting.py _latest",
        "raise NotFound",
        "an action on many rows says in words that the person takes no such course",
    ),
    (
        "refusal",
        "prm/training/services/path_assigning.py assign_path",
        "raise NotFound",
        _OFFERED,
    ),
    (
        "refusal",
        "prm/training/services/path_writing.py _require_paths",
        "raise NotFound",
        _OFFERED,
    ),
    (
        "refusal",
        "prm/training/services/placement.py _open_test",
        "raise NotFound",
        "the page has looked the test up before",
    ),
    (
        "actor",
        "prm/training/services/seats.py _check_no_other",
        "SessionSeat.user_id == actor.user_id",
        "without it more is refused, and nothing shown",
    ),
    # What is only to be worked out now; every statement that it is joined to is narrowed itself.
    *(
        ("visible", f"prm/audits/queries/standings.py {function}", text, _JUDGED)
        for function, text in (
            ("read_judged", "visible(_select_subjects()"),
            ("list_stale", "visible(statement"),
        )
    ),
    # Actions on many rows: the page asks first, the service again, for whoever calls it otherwise.
    (
        "require",
        "prm/bulk/services.py start_run",
        "require(actor, action.permission)",
        "the page has refused who lacks the action's permission",
    ),
    # Panels of the home page.
    (
        "can",
        "prm/vendors/home.py waiting_agreement",
        "actor.can(P.AGREEMENT_ACCEPT)",
        "a pointer to the agreement; its page refuses who may not accept it",
    ),
    (
        "can",
        "prm/vendors/home.py my_tasks",
        "actor.can(P.PARTNER_EDIT)",
        "list_my_tasks answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py accredited",
        "actor.can(P.ACCREDITATION_VIEW)",
        "list_accredited answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py my_learning",
        "actor.can(P.COURSE_TAKE)",
        "list_my_learning answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py own_company",
        "actor.can(P.COMPLIANCE_VIEW)",
        "list_standings answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py newest_material",
        "actor.can(P.ASSET_VIEW)",
        "list_newest answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py drafts",
        "actor.can(P.COURSE_EDIT)",
        "list_authored_courses answers with visible() of the same permission",
    ),
    (
        "can",
        "prm/vendors/home.py my_certificates",
        "actor.can(P.COURSE_TAKE)",
        "every partner's person has the permission, and the certificates are their own",
    ),
    # What only commands call, acting as the system.
    (
        "visible",
        "prm/attribution/queries.py list_order_rows",
        "visible(statement, actor, P.ORDER_VIEW",
        "called by a command alone, which acts as the system for one vendor",
    ),
    (
        "require",
        "prm/certification/credentials/rotation.py reseal_keys",
        "require(actor, P.VENDOR_SETTINGS)",
        "called by a command alone, which acts as the system",
    ),
    # Permissions that reach the whole vendor or nothing, given as an argument.
    (
        "visible",
        "prm/certification/queries/schemes.py get_scheme",
        "visible(select(Certification)",
        "asked with scheme.view or scheme.edit, which reach the whole vendor or nothing",
    ),
    (
        "visible",
        "prm/certification/queries/schemes.py list_schemes",
        "visible(select(Certification)",
        "asked with scheme.view or scheme.edit, which reach the whole vendor or nothing",
    ),
    (
        "visible",
        "prm/marketing/queries.py get_asset",
        "visible(select(Asset)",
        "asked with asset.view or asset.edit, which reach the whole vendor or nothing",
    ),
    (
        "visible",
        "prm/imports/queries.py list_unmatched",
        "visible(select(word",
        "marked import.view: who has that reaches every deal and order of the vendor",
    ),
    (
        "visible",
        "prm/imports/queries.py count_unmatched",
        "visible(select(word",
        "marked import.run: who has that reaches every deal and order of the vendor",
    ),
    (
        "visible",
        "prm/imports/queries.py count_rows_by_name",
        "visible(select(model.product_name",
        "marked product.edit: who has that reaches every deal and order of the vendor",
    ),
    # Services that look up once more what the page has looked up just before.
    *(
        ("refusal", at, "raise NotFound", "the page has answered 404 to a missing row before")
        for at in (
            "prm/imports/services/undoing.py undo_batch",
            "prm/products/services.py _get",
            "prm/training/services/drafts.py _locked",
            "prm/training/services/learning.py lock_enrolment",
        )
    ),
    (
        "refusal",
        "prm/training/services/publishing.py start_new_version",
        "raise NotFound",
        "the page has looked the course up before, and a course begins with a version",
    ),
    (
        "refusal",
        "prm/training/queries/learning.py get_my_learning",
        "raise NotFound",
        "asked for the enrolment of an attempt that get_attempt has found",
    ),
    (
        "visible",
        "prm/training/queries/learning.py get_my_learning",
        "visible(_items()",
        "asked for the enrolment of an attempt that get_attempt has found to be the person's",
    ),
    (
        "visible",
        "prm/training/queries/quiz.py get_attempt",
        "visible(select(Attempt)",
        "get_my_learning, asked next for the attempt's enrolment, finds the person's own alone",
    ),
    (
        "visible",
        "prm/training/services/learning.py lock_enrolment",
        "visible(select(Enrolment)",
        "asked for the enrolment that the page has found to be the person's",
    ),
    (
        "refusal",
        "prm/training/queries/courses.py get_published_version",
        "raise NotFound",
        "asked for the version that somebody is enrolled in: those are published",
    ),
    ("refusal", "prm/training/services/assigning.py assign_courses", "raise NotFound", _OFFERED),
    ("refusal", "prm/training/services/assigning.py check_assignment", "raise NotFound", _OFFERED),
    (
        "actor",
        "prm/imports/services/locking.py lock_imports",
        "Vendor.id == actor.vendor_id",
        "a lock: without it other vendors' imports wait too, and nothing is shown",
    ),
    (
        "tenant",
        "prm/certification/models.py",
        "CertificateCounter without",
        "its one statement names the vendor itself",
    ),
    (
        "tenant",
        "prm/certification/models.py",
        "AccreditationLook without",
        "read by a job alone, which looks at one vendor after the other: nobody is shown anything of it",
    ),
    *(
        (
            "tenant",
            place.partition(" ")[0],
            f"{place.partition(' ')[2]} without",
            f"read only by the key of its {parent}, which the filter has narrowed",
        )
        for place, parent in PARENTS.items()
    ),
)
