"""Verbs of audits: the compliance policy, the criteria library, audits and campaigns."""

from prm.audits.services.answering import (
    agree_action,
    answer_item,
    hand_in_answers,
    prove_action,
    remove_evidence,
)
from prm.audits.services.auditing import (
    change_plan,
    get_terms,
    open_audit,
    plan_audit,
    withdraw_audit,
)
from prm.audits.services.campaigns import make_next, start_campaign
from prm.audits.services.criteria import (
    change_checklist,
    change_criterion,
    create_checklist,
    create_criterion,
)
from prm.audits.services.judging import (
    add_finding,
    judge_item,
    remove_finding,
    report_findings,
    verify_action,
    waive_finding,
)
from prm.audits.services.naming import erase_names
from prm.audits.services.policy import set_policy
from prm.audits.services.signing import (
    keep_report,
    return_audit,
    sign_off,
    submit_audit,
    took_part,
)
from prm.audits.services.standings import mark_changed, refresh_standings

__all__ = [
    "add_finding",
    "agree_action",
    "answer_item",
    "change_checklist",
    "change_criterion",
    "change_plan",
    "create_checklist",
    "create_criterion",
    "erase_names",
    "get_terms",
    "hand_in_answers",
    "judge_item",
    "keep_report",
    "make_next",
    "mark_changed",
    "open_audit",
    "plan_audit",
    "prove_action",
    "refresh_standings",
    "remove_evidence",
    "remove_finding",
    "report_findings",
    "return_audit",
    "set_policy",
    "sign_off",
    "start_campaign",
    "submit_audit",
    "took_part",
    "verify_action",
    "waive_finding",
    "withdraw_audit",
]
