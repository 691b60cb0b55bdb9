"""Forms of imports: the upload, and the mapping that a file's own columns make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from prm.deals.labels import STAGE_NAMES
from prm.imports.fields import MAX_SOURCE, STAGE_WORDS, fields_of
from prm.imports.labels import ENCODING_NAMES, FIELD_NAMES, KIND_HINTS, KIND_NAMES, SEPARATOR_NAMES
from prm.imports.models import ImportBatch, ImportKind
from prm.imports.options import DEFAULT_SOURCE, ImportOptions
from prm.imports.reading import SEPARATORS
from prm.infra.importing import ENCODINGS

COLUMN, STAGE = "column_", "stage_"


class UploadForm(FlaskForm):
    kind = RadioField(
        _l("What is in the file?"),
        default=ImportKind.DEALS.value,
        validators=[InputRequired(_l("Choose what is in the file."))],
    )
    source = StringField(
        _l("Source system"),
        default=DEFAULT_SOURCE,
        validators=[InputRequired(_l("Name the system that the file comes from.")), Length(max=MAX_SOURCE)],
    )
    file = FileField(_l("File"), description=_l("CSV or XLSX, up to 32 MB."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            SelectChoice(kind.value, _("%(kind)s: %(hint)s", kind=name, hint=KIND_HINTS[kind]))
            for kind, name in KIND_NAMES.items()
        ]


class ReadingForm(FlaskForm):
    """How the file itself is read; left open, it is found out."""

    encoding = SelectField(_l("Character encoding"))
    delimiter = SelectField(_l("Columns are separated by"))
    sheet = SelectField(_l("Sheet"))

    def __init__(self, *, facts: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        found_out = SelectChoice("", _("Find out"))
        self.sheet.choices = [SelectChoice(name) for name in facts.get("sheets", [])] or [found_out]
        self.encoding.choices = [found_out, *(SelectChoice(c, ENCODING_NAMES.get(c, c)) for c in ENCODINGS)]
        self.delimiter.choices = [
            found_out,
            *(SelectChoice(word, str(SEPARATOR_NAMES[sign])) for word, sign in SEPARATORS.items()),
        ]
        if facts.get("sheet"):
            del self.encoding, self.delimiter
        else:
            del self.sheet

    def stated(self) -> dict[str, str | None]:
        """What was chosen, as drafts.reread_batch takes it."""
        return {
            "encoding": self.encoding.data or None if "encoding" in self else None,
            "delimiter": SEPARATORS.get(self.delimiter.data or "") if "delimiter" in self else None,
            "sheet": self.sheet.data or None if "sheet" in self else None,
        }


def reading_form(batch: ImportBatch) -> ReadingForm:
    """The form filled with how the draft is read now."""
    options = ImportOptions.from_json(batch.options)
    words = {sign: word for word, sign in SEPARATORS.items()}
    return ReadingForm(
        facts=batch.file_facts,
        data={
            "encoding": options.encoding or "",
            "delimiter": words.get(options.delimiter or "", ""),
            "sheet": batch.file_facts.get("sheet") or "",
        },
    )


def mapping_form(
    batch: ImportBatch, options: ImportOptions, stage_column: str | None, *, is_shown: bool = False
) -> Any:
    """The form of one file: a select per field, one per word of the stage column, and the formats.

    `options` fill it where nothing was posted; `is_shown` leaves what was posted to another form.
    """
    columns = [SelectChoice(column) for column in batch.file_facts["columns"]]
    fields: dict[str, Any] = {
        "date_format": StringField(
            _("Date format"),
            default=options.date_format or "",
            description=_("Such as MM/DD/YYYY. Leave it empty to have it found out."),
            validators=[Length(max=40)],
        ),
        "decimal": SelectField(
            _("Decimal sign"),
            choices=[
                SelectChoice("", _("Find out")),
                SelectChoice(".", _("Point: 1,234.56")),
                SelectChoice(",", _("Comma: 1.234,56")),
            ],
            default=options.decimal or "",
        ),
        "stage_column": HiddenField(default=stage_column or ""),
    }
    for spec in fields_of(batch.kind):
        required = {"validators": [InputRequired(_("Every row needs this: choose its column."))]}
        fields[COLUMN + spec.name] = SelectField(
            str(FIELD_NAMES[spec.name]),
            choices=[SelectChoice("", _("Not in the file")), *columns],
            default=options.columns.get(spec.name) or "",
            **(required if spec.is_required else {}),
        )
    if batch.kind is ImportKind.DEALS:
        fields["won_as_orders"] = BooleanField(
            _("Make an order of every won deal"), default=options.won_as_orders
        )
        stages = [
            SelectChoice("", _("Unknown: reject its rows")),
            *(SelectChoice(stage.value, str(name)) for stage, name in STAGE_NAMES.items()),
        ]
        for number, word in enumerate(stage_words(batch, stage_column)):
            fields[f"{STAGE}{number}"] = SelectField(
                ngettext(
                    "%(word)s (%(num)s row)",
                    "%(word)s (%(num)s rows)",
                    batch.file_facts["values"][stage_column][word],
                    word=word,
                ),
                choices=stages,
                default=_stage_of(word, options),
            )
    if batch.kind in (ImportKind.DEALS, ImportKind.ORDERS):
        fields["create_partners"] = BooleanField(
            _("Create partners that are not known yet"),
            default=options.create_partners,
            description=_("Otherwise their rows are rejected."),
        )
    form = type("MappingForm", (FlaskForm,), fields)
    return form(formdata=None) if is_shown else form()


def stage_words(batch: ImportBatch, stage_column: str | None) -> list[str]:
    """What the file's stage column says, most frequent first; nothing where it says too much."""
    counted: dict[str, int] = batch.file_facts["values"].get(stage_column or "", {})
    return sorted(counted, key=lambda word: (-counted[word], word))


def _stage_of(word: str, options: ImportOptions) -> str:
    folded = " ".join(word.casefold().split())
    stated = {" ".join(source.casefold().split()): stage for source, stage in options.stages.items()}
    return stated.get(folded) or STAGE_WORDS.get(folded, "")


def read_mapping(form: Any, batch: ImportBatch) -> ImportOptions:
    """What a posted mapping form states. Every field is stated: filled by a column, or left empty."""
    read_as = ImportOptions.from_json(batch.options)
    columns = {spec.name: form[COLUMN + spec.name].data or None for spec in fields_of(batch.kind)}
    words = stage_words(batch, form["stage_column"].data)
    stages = {
        word: form[f"{STAGE}{number}"].data
        for number, word in enumerate(words)
        if f"{STAGE}{number}" in form and form[f"{STAGE}{number}"].data
    }
    return ImportOptions(
        columns=columns,
        stages=stages,
        date_format=form["date_format"].data.strip() or None,
        decimal=form["decimal"].data or None,
        encoding=read_as.encoding,
        delimiter=read_as.delimiter,
        sheet=read_as.sheet,
        won_as_orders="won_as_orders" in form and form["won_as_orders"].data,
        create_partners="create_partners" in form and form["create_partners"].data,
    )


class AliasForm(FlaskForm):
    field = SelectField(
        _l("Field"),
        choices=[SelectChoice("product", _l("Product")), SelectChoice("customer", _l("Customer"))],
        default="product",
    )
    value = StringField(
        _l("Name in the source"),
        validators=[InputRequired(_l("Enter the name that the source uses.")), Length(max=200)],
    )
    to = StringField(
        _l("Stands for"), validators=[InputRequired(_l("Enter what it stands for.")), Length(max=200)]
    )
