"""What accreditations' terms are called on pages."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.certification.accreditation.models import AccreditationRule, EndReason
from prm.certification.accreditation.states import State
from prm.training.labels import SKILL_LEVELS

STATE_LABELS = {
    State.HOLDS: _l("Holds"),
    State.LAPSING: _l("Lapses soon"),
    State.ENDED: _l("Ended"),
    State.NOT_YET: _l("Not awarded yet"),
}
STATE_SIGNS = {
    State.HOLDS: ("success", "circle-check"),
    State.LAPSING: ("warning", "calendar-due"),
    State.ENDED: ("neutral", "clock"),
    State.NOT_YET: ("neutral", "clock"),
}
END_LABELS = {
    EndReason.PEOPLE: _l("Not enough certified people any more"),
    EndReason.RULES: _l("It asks for more since"),
    EndReason.PARTNERSHIP: _l("The partnership is not active, or no longer in its region"),
    EndReason.CLOSED: _l("It is awarded no more"),
}


def rule_sentence(rule: AccreditationRule) -> str:
    """A rule in words."""
    people = ngettext("%(num)s person", "%(num)s people", rule.minimum)
    if rule.job_function:
        function = FUNCTION_LABELS[JobFunction(rule.job_function)]
        people = _("%(people)s of function %(function)s", people=people, function=function)
    if rule.certification is not None:
        name = rule.certification.name
        return _("%(people)s certified as “%(name)s”", people=people, name=name)
    if rule.skill_level is not None:
        level = SKILL_LEVELS[rule.skill_level]
        return _("%(people)s certified at level %(level)s or above", people=people, level=level)
    return _("%(people)s with any certificate", people=people)


def hanging_sentence(names: list[str]) -> str:
    """On whom it hangs."""
    if len(names) == 1:
        return _("Falls if %(name)s leaves.", name=names[0])
    return _("Falls if any of these leaves: %(names)s.", names=", ".join(names))
