"""What a WSGI server imports: `prm.wsgi:app`."""

from __future__ import annotations

from prm import create_app

app = create_app()
