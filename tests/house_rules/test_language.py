"""Every string is translated, and every translation says the same."""

from __future__ import annotations

import io
import re
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from tests.house_rules.source import ROOT

KEYWORDS = {
    "_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "lazy_ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
CATALOGUES = sorted((ROOT / "prm" / "translations").glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%")


def is_ours(folder: str) -> bool:
    """Babel leaves out folders that begin with an underscore; ours hold half of what is said."""
    return not Path(folder).name.startswith(".")


def source_messages() -> set[str]:
    methods, options = parse_mapping_cfg(io.StringIO((ROOT / "babel.cfg").read_text()))
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(str(ROOT), methods, options, KEYWORDS):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def test_there_is_a_german_catalogue() -> None:
    assert any(path.parts[-3] == "de" for path in CATALOGUES)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_message_is_translated(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    translated = {entry.msgid for entry in catalogue.translated_entries()}
    missing = sorted(source_messages() - translated)
    assert not missing, (
        f"{len(missing)} messages wait in {path.relative_to(ROOT)} (run scripts/catalogue, then "
        f"translate), the first: {missing[:10]}"
    )
    assert not catalogue.fuzzy_entries()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_translations_keep_the_placeholders(path: Path) -> None:
    wrong = []
    for entry in polib.pofile(str(path)):
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            given = set(PLACEHOLDER.findall(text))
            # A plural form may leave its number out ("one", "einer"), nothing else.
            if given - wanted or (wanted - given) - {"num"}:
                wrong.append(entry.msgid)
    assert not wrong, f"Placeholders differ in: {wrong[:10]}"
