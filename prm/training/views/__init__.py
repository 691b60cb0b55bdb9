"""Pages of training: the catalogue, learning, writing courses, assigning them, progress."""

from prm.training.views import (
    assigning,
    authoring,
    bank,
    bank_file,
    calendars,
    content,
    grading,
    learning,
    lessons,
    packages,
    path_assigning,
    paths,
    progress,
    questions,
    quiz,
    quiz_settings,
    statistics,
)
from prm.training.views.blueprint import blueprint

__all__ = [
    "assigning",
    "authoring",
    "bank",
    "bank_file",
    "blueprint",
    "calendars",
    "content",
    "grading",
    "learning",
    "lessons",
    "packages",
    "path_assigning",
    "paths",
    "progress",
    "questions",
    "quiz",
    "quiz_settings",
    "statistics",
]
