"""Pages of training: the catalogue, learning, writing courses, assigning them, progress."""

from prm.training.views import (
    assigning,
    authoring,
    bank,
    bank_file,
    content,
    grading,
    learning,
    lessons,
    packages,
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
    "content",
    "grading",
    "learning",
    "lessons",
    "packages",
    "progress",
    "questions",
    "quiz",
    "quiz_settings",
    "statistics",
]
