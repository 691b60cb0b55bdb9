"""Pages of training: the catalogue, learning, writing courses, assigning them, progress."""

from prm.training.views import assigning, authoring, learning, lessons, progress, questions
from prm.training.views.blueprint import blueprint

__all__ = ["assigning", "authoring", "blueprint", "learning", "lessons", "progress", "questions"]
