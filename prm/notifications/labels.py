"""Kinds and notifications in words: made when they are read, from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.notifications.models import Kind, MailWhen, Notification

KIND_LABELS = {
    Kind.COURSE_ASSIGNED: _l("A course is assigned to me"),
    Kind.COURSE_REPLACED: _l("A course I am at has a new version"),
    Kind.COURSE_CHANGED: _l("A course I completed has changed in parts that I redo"),
    Kind.PATH_ASSIGNED: _l("A learning path is assigned to me"),
    Kind.SESSION_NEWS: _l("A session I signed up for changes, or I get a place on one"),
    Kind.TASK_WAITING: _l("Work handed in waits for my grade"),
    Kind.TASK_GRADED: _l("My practical task is graded"),
    Kind.COURSE_DUE: _l("A course is due soon"),
    Kind.COURSE_OVERDUE: _l("A course is overdue"),
    Kind.TRAINING_OVERDUE: _l("Courses of people I am responsible for are overdue for long"),
    Kind.CERTIFICATE_ISSUED: _l("I am issued a certificate"),
    Kind.CERTIFICATE_REVOKED: _l("My certificate is revoked"),
    Kind.CERTIFICATE_EXPIRING: _l("My certificate expires soon"),
    Kind.CERTIFICATE_EXPIRED: _l("My certificate has expired"),
    Kind.REMINDED: _l("I am reminded of something overdue"),
    Kind.COLLEAGUE_CERTIFICATES: _l("Certificates of colleagues run out or are revoked"),
    Kind.INVITATION_ACCEPTED: _l("Somebody accepts my invitation"),
    Kind.COMPLIANCE_LOST: _l("A partner is no longer compliant"),
    Kind.ACCREDITATION_AWARDED: _l("A company is accredited"),
    Kind.ACCREDITATION_ENDED: _l("A company loses an accreditation"),
    Kind.AGREEMENT_ENDING: _l("An agreement runs out"),
    Kind.IMPORT_PROBLEM: _l("An import of mine rejects rows or fails"),
    Kind.AUDIT_ASSIGNED: _l("I am given an audit"),
    Kind.AUDIT_ASKED: _l("An audit asks my company for answers"),
    Kind.AUDIT_ANSWERED: _l("A partner's answers to my audit are complete"),
    Kind.AUDIT_REPORTED: _l("Findings about my company are reported"),
    Kind.AUDIT_PROVED: _l("A proof waits for me to look at"),
    Kind.AUDIT_SIGN_OFF: _l("An audit waits for a signature"),
    Kind.AUDIT_RETURNED: _l("An audit comes back to me"),
    Kind.AUDIT_CLOSED: _l("The report of an audit is ready"),
    Kind.AUDIT_DUE: _l("An audit or corrective action is due or overdue"),
}
MAIL_LABELS = {
    MailWhen.OFF: _l("No mail"),
    MailWhen.DIGEST: _l("In the daily mail"),
    MailWhen.AT_ONCE: _l("At once"),
}


def sentence(row: Notification, names: Mapping[int, str]) -> str:
    """What a notification says, in the language of who reads. `names` of people by key."""
    facts = row.facts
    name = names.get(row.about_user_id or 0) or _("Somebody")
    match row.kind:
        case Kind.COURSE_ASSIGNED:
            if facts.get("due_on"):
                return _(
                    "“%(course)s” is assigned to you, due on %(date)s.",
                    course=facts["course"],
                    date=_day(facts["due_on"]),
                )
            return _("“%(course)s” is assigned to you.", course=facts["course"])
        case Kind.COURSE_REPLACED:
            return _(
                "“%(course)s” has a new version, number %(number)s.",
                course=facts["course"],
                number=facts["number"],
            )
        case Kind.COURSE_CHANGED:
            if facts.get("due_on"):
                return _(
                    "“%(course)s”, which you completed, has changed: redo what is new by %(date)s.",
                    course=facts["course"],
                    date=_day(facts["due_on"]),
                )
            return _(
                "“%(course)s”, which you completed, has changed: redo what is new.", course=facts["course"]
            )
        case Kind.PATH_ASSIGNED:
            if facts.get("due_on"):
                return _(
                    "The learning path “%(path)s” is assigned to you, due on %(date)s.",
                    path=facts["path"],
                    date=_day(facts["due_on"]),
                )
            return _("The learning path “%(path)s” is assigned to you.", path=facts["path"])
        case Kind.SESSION_NEWS:
            return _session_news(facts)
        case Kind.TASK_WAITING:
            if facts["is_appeal"]:
                return _("%(name)s asks for a second grade of “%(task)s”.", name=name, task=facts["task"])
            return _("%(name)s handed in “%(task)s”: it waits for your grade.", name=name, task=facts["task"])
        case Kind.TASK_GRADED:
            if facts["has_passed"]:
                return _("Your work “%(task)s” is graded: passed.", task=facts["task"])
            return _("Your work “%(task)s” is graded: not passed yet.", task=facts["task"])
        case Kind.COURSE_DUE:
            return _("“%(course)s” is due on %(date)s.", course=facts["course"], date=_day(facts["due_on"]))
        case Kind.COURSE_OVERDUE:
            return _("“%(course)s” was due on %(date)s.", course=facts["course"], date=_day(facts["due_on"]))
        case Kind.TRAINING_OVERDUE:
            return ngettext(
                "%(partner)s: %(num)s person has courses overdue for %(days)s days or more.",
                "%(partner)s: %(num)s people have courses overdue for %(days)s days or more.",
                facts["people"],
                partner=facts["partner"],
                days=facts["days"],
            )
        case Kind.CERTIFICATE_ISSUED:
            return _("Your certificate “%(title)s” is issued.", title=facts["title"])
        case Kind.CERTIFICATE_REVOKED:
            return _("Your certificate “%(title)s” was revoked.", title=facts["title"])
        case Kind.CERTIFICATE_EXPIRING:
            return _(
                "Your certificate “%(title)s” expires on %(date)s.",
                title=facts["title"],
                date=_day(facts["expires_on"]),
            )
        case Kind.CERTIFICATE_EXPIRED:
            return _(
                "Your certificate “%(title)s” expired on %(date)s.",
                title=facts["title"],
                date=_day(facts["expires_on"]),
            )
        case Kind.REMINDED:
            return _reminder(facts)
        case Kind.COLLEAGUE_CERTIFICATES:
            return _("Certificates of %(name)s: %(states)s.", name=name, states=", ".join(_states(facts)))
        case Kind.INVITATION_ACCEPTED:
            if facts.get("company"):
                return _(
                    "%(name)s accepted your invitation to %(company)s.", name=name, company=facts["company"]
                )
            return _("%(name)s accepted your invitation.", name=name)
        case Kind.COMPLIANCE_LOST:
            return ngettext(
                "%(partner)s is no longer compliant: %(num)s rule is not met.",
                "%(partner)s is no longer compliant: %(num)s rules are not met.",
                facts["rules"],
                partner=facts["partner"],
            )
        case Kind.ACCREDITATION_AWARDED:
            return _(
                "%(partner)s is accredited: “%(title)s”.", partner=facts["partner"], title=facts["title"]
            )
        case Kind.ACCREDITATION_ENDED:
            return _(
                "%(partner)s has lost its accreditation “%(title)s” on %(date)s.",
                partner=facts["partner"],
                title=facts["title"],
                date=_day(facts["ended_on"]),
            )
        case Kind.AGREEMENT_ENDING:
            text = {"partner": facts["partner"], "date": _day(facts["ends_on"])}
            if facts.get("is_over"):
                return _("The agreement with %(partner)s ran out on %(date)s.", **text)
            return _("The agreement with %(partner)s runs out on %(date)s.", **text)
    if row.kind.name.startswith("AUDIT_"):
        return _audit_sentence(row.kind, facts, name)
    if facts.get("has_failed"):
        return _("The import “%(file)s” failed.", file=facts["file"])
    return ngettext(
        "The import “%(file)s” rejected %(num)s row.",
        "The import “%(file)s” rejected %(num)s rows.",
        facts["rejected"],
        file=facts["file"],
    )


def _session_news(facts: Mapping[str, Any]) -> str:
    text = {"session": facts["session"], "date": _day(facts["on"])}
    match facts["what"]:
        case "place":
            return _("A place is free: you are on the session “%(session)s” on %(date)s.", **text)
        case "released":
            return _("You were taken off the session “%(session)s” on %(date)s.", **text)
        case "cancelled":
            return _("The session “%(session)s” on %(date)s is cancelled.", **text)
    return _("The session “%(session)s” has changed: it is on %(date)s. See when and where.", **text)


def _audit_sentence(kind: Kind, facts: Mapping[str, Any], name: str) -> str:
    if facts.get("campaign"):
        return _("Audits of the campaign “%(name)s” are given to you.", name=facts["campaign"])
    text = {"checklist": facts["checklist"], "partner": facts["partner"], "date": _day(facts["due_on"])}
    match kind:
        case Kind.AUDIT_ASSIGNED:
            return _("The audit “%(checklist)s” of %(partner)s is yours, due on %(date)s.", **text)
        case Kind.AUDIT_ASKED:
            return _("The audit “%(checklist)s” asks %(partner)s for answers and evidence.", **text)
        case Kind.AUDIT_ANSWERED:
            return _("%(partner)s handed in its answers to the audit “%(checklist)s”.", **text)
        case Kind.AUDIT_REPORTED:
            return ngettext(
                "The audit “%(checklist)s” of %(partner)s is reported, with %(num)s finding.",
                "The audit “%(checklist)s” of %(partner)s is reported, with %(num)s findings.",
                facts["findings"],
                **text,
            )
        case Kind.AUDIT_PROVED:
            return _("%(partner)s sent a proof in the audit “%(checklist)s”.", **text)
        case Kind.AUDIT_SIGN_OFF:
            return _("The audit “%(checklist)s” of %(partner)s waits for your signature.", **text)
        case Kind.AUDIT_RETURNED:
            return _("The audit “%(checklist)s” of %(partner)s came back to you.", **text)
        case Kind.AUDIT_CLOSED:
            return _("The report of the audit “%(checklist)s” of %(partner)s is ready.", **text)
    if facts.get("is_action") and facts.get("is_over"):
        return _(
            "What %(name)s does about a finding of “%(checklist)s” was due on %(date)s.", name=name, **text
        )
    if facts.get("is_action"):
        return _(
            "What %(name)s does about a finding of “%(checklist)s” is due on %(date)s.", name=name, **text
        )
    if facts.get("is_over"):
        return _("The audit “%(checklist)s” of %(partner)s was due on %(date)s.", **text)
    return _("The audit “%(checklist)s” of %(partner)s is due on %(date)s.", **text)


def _reminder(facts: Mapping[str, str]) -> str:
    """Not by whom: a partner's member is shown no names of staff."""
    if facts.get("course"):
        return _(
            "You are reminded: “%(course)s” was due on %(date)s.",
            course=facts["course"],
            date=_day(facts["due_on"]),
        )
    return _(
        "You are reminded: your certificate “%(title)s” expires on %(date)s.",
        title=facts["title"],
        date=_day(facts["expires_on"]),
    )


def _states(facts: Mapping[str, int]) -> list[str]:
    states = []
    if count := facts.get("expiring"):
        states.append(ngettext("%(num)s expires soon", "%(num)s expire soon", count))
    if count := facts.get("expired"):
        states.append(ngettext("%(num)s has expired", "%(num)s have expired", count))
    if count := facts.get("revoked"):
        states.append(ngettext("%(num)s was revoked", "%(num)s were revoked", count))
    return states


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text), "medium", rebase=False)
