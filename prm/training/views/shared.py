"""What several pages of training share: their tabs, and lessons as HTML."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from prm.access import Actor
from prm.infra.markdown import IMAGE, ShownImage, render_markdown
from prm.permissions import P
from prm.training.queries.courses import list_images

Tab = tuple[str, str, bool]


def tabs(actor: Actor, current: str) -> list[Tab]:
    """The sections of training that the person may open; none where there is only one."""
    offered = [
        (_("Catalogue"), "training.index", P.COURSE_VIEW),
        (_("Write courses"), "training.authoring", P.COURSE_EDIT),
        (_("Assign"), "training.assign", P.COURSE_ASSIGN),
    ]
    shown = [
        (label, url_for(endpoint), endpoint == current)
        for label, endpoint, permission in offered
        if actor.can(permission)
    ]
    return shown if len(shown) > 1 else []


def render_lesson(text: str, course_key: int) -> Markup:
    """A lesson's text, with the images of its course."""
    return render_markdown(text, images_of(course_key) if IMAGE in text else {})


def images_of(course_key: int) -> dict[str, ShownImage]:
    return {
        str(image.public_id): ShownImage(
            url_for("training.image", image_id=image.public_id), image.alt, image.width, image.height
        )
        for image in list_images(course_key)
    }
