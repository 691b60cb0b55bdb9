"""Reads of training, by question: what is taught, who is assigned what, how somebody learns.

Other domains use the names below. Where a name ends in `_key` or a row has `id`, it is an integer
key for joins; public ids are for URLs.
"""

from prm.training.queries.courses import (
    AuthoredCourse,
    PublishedVersion,
    list_authored_courses,
    list_drafts,
    list_published_versions,
)
from prm.training.queries.learning import (
    LearningItem,
    NextStep,
    count_due,
    count_overdue,
    list_my_learning,
)
from prm.training.queries.sessions import MySession, next_sessions

__all__ = [
    "AuthoredCourse",
    "LearningItem",
    "MySession",
    "NextStep",
    "PublishedVersion",
    "count_due",
    "count_overdue",
    "list_authored_courses",
    "list_drafts",
    "list_my_learning",
    "list_published_versions",
    "next_sessions",
]
