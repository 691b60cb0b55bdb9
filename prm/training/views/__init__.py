"""Pages of training: the catalogue, learning, writing courses, assigning them, progress."""

from prm.training.views import (
    assigning,
    authoring,
    calendars,
    content,
    learning,
    lessons,
    packages,
    path_assigning,
    paths,
    progress,
    questions,
)
from prm.training.views.blueprint import blueprint

__all__ = [
    "assigning",
    "authoring",
    "blueprint",
    "calendars",
    "content",
    "learning",
    "lessons",
    "packages",
    "path_assigning",
    "paths",
    "progress",
    "questions",
]
