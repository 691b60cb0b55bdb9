"""What a WSGI server imports: `prm.wsgi:app`. Refuses a database without its guards."""

from __future__ import annotations

from prm import create_app
from prm.extensions import db
from prm.infra.schema import check_schema

app = create_app()
with app.app_context():
    with db.engine.connect() as connection:
        check_schema(connection)
    db.engine.dispose()
