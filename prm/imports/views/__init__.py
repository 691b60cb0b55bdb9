"""Pages of imports: upload, mapping, dry run, result, undo; unmatched names and aliases."""

from prm.imports.views import batches, conflicts, drops, files, steps, unmatched
from prm.imports.views.blueprint import blueprint

__all__ = ["batches", "blueprint", "conflicts", "drops", "files", "steps", "unmatched"]
