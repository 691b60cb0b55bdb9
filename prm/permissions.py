"""THE TABLE: which role may do what, and how far it reaches.

A row per permission, a column per role, the cell its reach:

    NO      not at all (403)
    SELF    rows of the person
    OWN     rows of the person's company
    SCOPE   rows inside the regions of the membership; without regions, the whole vendor
    ALL     every row of the vendor

No Flask import: this is data. prm/access.py enforces it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Role(StrEnum):
    OPERATOR = "operator"
    VENDOR_ADMIN = "vendor_admin"
    CHANNEL_MANAGER = "channel_manager"
    CONTENT_AUTHOR = "content_author"
    EXECUTIVE = "executive"
    PARTNER_ADMIN = "partner_admin"
    PARTNER_MEMBER = "partner_member"
    SYSTEM = "system"  # jobs and commands, acting for one vendor; never a membership

    @property
    def is_vendor_side(self) -> bool:
        return self in VENDOR_ROLES

    @property
    def is_partner_side(self) -> bool:
        return self in PARTNER_ROLES


VENDOR_ROLES = frozenset({Role.VENDOR_ADMIN, Role.CHANNEL_MANAGER, Role.CONTENT_AUTHOR, Role.EXECUTIVE})
PARTNER_ROLES = frozenset({Role.PARTNER_ADMIN, Role.PARTNER_MEMBER})


class Reach(IntEnum):
    NO = 0
    SELF = 1
    OWN = 2
    SCOPE = 3
    ALL = 4


class P(StrEnum):
    VENDOR_HOME = "vendor.home"
    VENDOR_SETTINGS = "vendor.settings"
    PEOPLE_VIEW = "people.view"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_RETIRE = "people.retire"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_GRANT = "people.grant"
    PARTNER_VIEW = "partner.view"
    PARTNER_EDIT = "partner.edit"
    PARTNER_STORY = "partner.story"
    PARTNER_VIEW_AS = "partner.view_as"
    APPLICATION_RULE = "application.rule"
    AGREEMENT_ACCEPT = "agreement.accept"
    MILESTONE_TICK = "milestone.tick"
    DOCUMENT_EDIT = "document.edit"
    PRODUCT_VIEW = "product.view"
    PRODUCT_EDIT = "product.edit"
    COURSE_VIEW = "course.view"
    COURSE_EDIT = "course.edit"
    COURSE_ASSIGN = "course.assign"
    COURSE_TAKE = "course.take"
    PROGRESS_VIEW = "progress.view"
    TASK_GRADE = "task.grade"
    SESSION_HOLD = "session.hold"
    SCHEME_VIEW = "scheme.view"
    SCHEME_EDIT = "scheme.edit"
    CERTIFICATE_VIEW = "certificate.view"
    CERTIFICATE_ISSUE = "certificate.issue"
    CERTIFICATE_REVOKE = "certificate.revoke"
    ACCREDITATION_VIEW = "accreditation.view"
    ASSET_VIEW = "asset.view"
    ASSET_EDIT = "asset.edit"
    USAGE_VIEW = "usage.view"
    DEAL_VIEW = "deal.view"
    ORDER_VIEW = "order.view"
    TARGET_EDIT = "target.edit"
    IMPORT_VIEW = "import.view"
    IMPORT_RUN = "import.run"
    REPORT_VIEW = "report.view"
    COMPLIANCE_VIEW = "compliance.view"
    POLICY_EDIT = "policy.edit"
    AUDIT_VIEW = "audit.view"
    AUDIT_CONDUCT = "audit.conduct"
    AUDIT_SIGN_OFF = "audit.sign_off"
    AUDIT_ANSWER = "audit.answer"
    CRITERIA_EDIT = "criteria.edit"
    JOURNAL_VIEW = "journal.view"
    LIST_KEEP = "list.keep"
    SEARCH = "search"
    NOTIFICATION_VIEW = "notification.view"
    PEOPLE_REMIND = "people.remind"


_COLUMNS = (
    Role.VENDOR_ADMIN,
    Role.CHANNEL_MANAGER,
    Role.CONTENT_AUTHOR,
    Role.EXECUTIVE,
    Role.PARTNER_ADMIN,
    Role.PARTNER_MEMBER,
)
NO, SELF, OWN, SCOPE, ALL = Reach

# fmt: off
_ROWS = {
    #                       vendor  channel  content  execu-  partner  partner
    #                       admin   manager  author   tive    admin    member
    P.VENDOR_HOME:         (ALL,    ALL,     ALL,     ALL,    ALL,     ALL),
    P.VENDOR_SETTINGS:     (ALL,    NO,      NO,      NO,     NO,      NO),
    P.PEOPLE_VIEW:         (ALL,    SCOPE,   NO,      NO,     OWN,     NO),
    P.PEOPLE_INVITE:       (ALL,    SCOPE,   NO,      NO,     OWN,     NO),
    P.PEOPLE_RETIRE:       (ALL,    NO,      NO,      NO,     OWN,     NO),
    P.PEOPLE_EDIT:         (ALL,    NO,      NO,      NO,     OWN,     NO),
    P.PEOPLE_GRANT:        (ALL,    NO,      NO,      NO,     NO,      NO),
    P.PARTNER_VIEW:        (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.PARTNER_EDIT:        (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.PARTNER_STORY:       (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.PARTNER_VIEW_AS:     (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.APPLICATION_RULE:    (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.AGREEMENT_ACCEPT:    (NO,     NO,      NO,      NO,     OWN,    NO),
    P.MILESTONE_TICK:      (ALL,    SCOPE,   NO,      NO,     OWN,    NO),
    P.DOCUMENT_EDIT:       (ALL,    SCOPE,   NO,      NO,     OWN,    NO),
    P.PRODUCT_VIEW:        (ALL,    ALL,     ALL,     ALL,    ALL,     ALL),
    P.PRODUCT_EDIT:        (ALL,    NO,      NO,      NO,     NO,      NO),
    P.COURSE_VIEW:         (ALL,    ALL,     ALL,     NO,     ALL,     ALL),
    P.COURSE_EDIT:         (ALL,    NO,      ALL,     NO,     NO,      NO),
    P.COURSE_ASSIGN:       (ALL,    SCOPE,   NO,      NO,     OWN,     NO),
    P.COURSE_TAKE:         (SELF,   SELF,    SELF,    NO,     SELF,    SELF),
    P.PROGRESS_VIEW:       (ALL,    SCOPE,   NO,      NO,     OWN,     NO),
    P.TASK_GRADE:          (ALL,    SCOPE,   ALL,     NO,     NO,      NO),
    P.SESSION_HOLD:        (ALL,    SCOPE,   ALL,     NO,     NO,      NO),
    P.SCHEME_VIEW:         (ALL,    ALL,     ALL,     NO,     ALL,     ALL),
    P.SCHEME_EDIT:         (ALL,    NO,      NO,      NO,     NO,      NO),
    P.CERTIFICATE_VIEW:    (ALL,    SCOPE,   NO,      NO,     OWN,     SELF),
    P.CERTIFICATE_ISSUE:   (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.CERTIFICATE_REVOKE:  (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.ACCREDITATION_VIEW:  (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.ASSET_VIEW:          (ALL,    ALL,     ALL,     NO,     ALL,     ALL),
    P.ASSET_EDIT:          (ALL,    NO,      ALL,     NO,     NO,      NO),
    P.USAGE_VIEW:          (ALL,    SCOPE,   ALL,     NO,     OWN,     NO),
    P.DEAL_VIEW:           (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.ORDER_VIEW:          (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.TARGET_EDIT:         (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.IMPORT_VIEW:         (ALL,    NO,      NO,      ALL,    NO,      NO),
    P.IMPORT_RUN:          (ALL,    NO,      NO,      NO,     NO,      NO),
    P.REPORT_VIEW:         (ALL,    NO,      NO,      ALL,    NO,      NO),
    P.COMPLIANCE_VIEW:     (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.POLICY_EDIT:         (ALL,    NO,      NO,      NO,     NO,      NO),
    P.AUDIT_VIEW:          (ALL,    SCOPE,   NO,      ALL,    OWN,     NO),
    P.AUDIT_CONDUCT:       (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.AUDIT_SIGN_OFF:      (ALL,    SCOPE,   NO,      NO,     NO,      NO),
    P.AUDIT_ANSWER:        (NO,     NO,      NO,      NO,     OWN,     NO),
    P.CRITERIA_EDIT:       (ALL,    NO,      NO,      NO,     NO,      NO),
    P.JOURNAL_VIEW:        (ALL,    NO,      NO,      NO,     NO,      NO),
    P.LIST_KEEP:           (SELF,   SELF,    SELF,    SELF,   SELF,    SELF),
    P.SEARCH:              (ALL,    ALL,     ALL,     ALL,    ALL,     ALL),
    P.NOTIFICATION_VIEW:   (SELF,   SELF,    SELF,    SELF,   SELF,    SELF),
    P.PEOPLE_REMIND:       (ALL,    SCOPE,   NO,      NO,     OWN,     NO),
}
# fmt: on

# What can be given to one person beyond their role, for some time (accounts' membership_grant): what
# it comes to for the vendor's staff, and for a partner's people. Seeing what one works on is part of it.
GRANTS: dict[P, tuple[dict[P, Reach], dict[P, Reach]]] = {
    P.COURSE_ASSIGN: (
        {P.COURSE_ASSIGN: SCOPE, P.PROGRESS_VIEW: SCOPE},
        {P.COURSE_ASSIGN: OWN, P.PROGRESS_VIEW: OWN},
    ),
    P.CERTIFICATE_ISSUE: ({P.CERTIFICATE_ISSUE: SCOPE, P.CERTIFICATE_VIEW: SCOPE}, {}),
    P.IMPORT_RUN: ({P.IMPORT_RUN: ALL, P.IMPORT_VIEW: ALL}, {}),
}

TABLE: dict[P, dict[Role, Reach]] = {
    permission: dict(zip(_COLUMNS, reaches, strict=True)) for permission, reaches in _ROWS.items()
}


def reach_of(role: Role | None, permission: P) -> Reach:
    """How far `permission` reaches for `role`; NO for a role without a column (operator, nobody).

    The system role acts for one vendor and reaches all of it.
    """
    if role is Role.SYSTEM:
        return Reach.ALL
    if role is None:
        return Reach.NO
    return TABLE[permission].get(role, Reach.NO)


def granted_reaches(permission: P, role: Role) -> dict[P, Reach]:
    """What a grant of `permission` adds to `role`; nothing where the role has as much already."""
    staff, partner = GRANTS.get(permission, ({}, {}))
    wider = staff if role.is_vendor_side else partner if role.is_partner_side else {}
    return wider if any(reach > reach_of(role, p) for p, reach in wider.items()) else {}
