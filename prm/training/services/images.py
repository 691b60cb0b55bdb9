"""Images of a course."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.training.images import MEDIA_TYPE, read_picture
from prm.training.models import LessonImage
from prm.training.queries.courses import get_course
from prm.training.services import drafts
from prm.vendors.files import keep_file

MAX_IMAGES = 500


def add_image(actor: Actor, course_id: UUID, *, content: bytes, name: str, alt: str) -> LessonImage:
    """Keep an image for a course's lessons, which show it as `![alt](image:<public id>)`.

    `alt` says what it shows to who cannot see it. Raises NotFound, DomainError where the file is no
    image we read or the text is missing.
    """
    course = get_course(actor, course_id)
    alt = drafts.need(drafts.clean_line(alt), "alt", _("Say in words what the image shows."), 300)
    picture = read_picture(content)
    kept = select(func.count(LessonImage.id)).where(LessonImage.course_id == course.id)
    if db.session.execute(kept).scalar_one() >= MAX_IMAGES:
        raise DomainError(_("A course has at most %(count)s images.", count=MAX_IMAGES))
    title = drafts.clean_line(name)[:200] or "image"
    stored = keep_file(actor, picture.content, name=title, media_type=MEDIA_TYPE)
    image = LessonImage(
        vendor_id=actor.vendor_id,
        course_id=course.id,
        file_id=stored.id,
        alt=alt,
        width=picture.width,
        height=picture.height,
    )
    db.session.add(image)
    db.session.flush()
    return image
