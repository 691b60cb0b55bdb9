"""imsmanifest.xml: which edition, which organizations, which items, and what each of them opens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.infra.zipfiles import fold
from prm.training.models.content import Edition
from prm.training.scorm import addresses, sequencing
from prm.training.scorm.elements import attribute, child, children, is_true, local, number, text_of

MANIFEST = "imsmanifest.xml"
MAX_ITEMS = 2000
MAX_DEPTH = 30
MAX_IDENTIFIER = 400
_LONGEST_TITLE = 200
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# What other standards put where SCORM has its manifest.
OTHERS = {
    "tincan.xml": "xAPI",
    "cmi5.xml": "cmi5",
    "content.opf": "EPUB",
    "h5p.json": "H5P",
}


@dataclass
class Item:
    """A node of an organization. `href` is a relative URL within the package, None where it opens nothing.

    `sequencing`, `threshold` and `shared_data` are settings of the run-time library; `prerequisites`,
    `mastery_score`, `max_time` and `time_limit_action` are the 1.2's own words for what 2004 puts there.
    """

    identifier: str
    title: str
    is_visible: bool = True
    href: str | None = None
    is_sco: bool = False
    launch_data: str = ""
    prerequisites: str = ""
    mastery_score: float | None = None
    max_time: str = ""
    time_limit_action: str = ""
    hidden_controls: list[str] = field(default_factory=list)
    threshold: dict[str, Any] = field(default_factory=dict)
    shared_data: list[dict[str, Any]] = field(default_factory=list)
    sequencing: dict[str, Any] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def walk(self) -> Iterator[Item]:
        yield self
        for each in self.items:
            yield from each.walk()

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is empty is left out."""
        kept = {
            key: value for key, value in vars(self).items() if key != "items" and value not in ("", [], {})
        }
        return {**kept, "items": [each.as_json() for each in self.items]}


@dataclass
class Organization:
    identifier: str
    title: str
    items: list[Item]
    sequencing: dict[str, Any] = field(default_factory=dict)
    are_objectives_global: bool = True

    def walk(self) -> Iterator[Item]:
        for each in self.items:
            yield from each.walk()

    @property
    def launchable(self) -> list[Item]:
        return [item for item in self.walk() if item.href is not None]


@dataclass
class Manifest:
    """`default` is the place of the default organization. `findings` are said to the author."""

    edition: Edition
    title: str
    organizations: list[Organization]
    default: int = 0
    findings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "default": self.default,
            "organizations": [
                {
                    "identifier": each.identifier,
                    "title": each.title,
                    "sequencing": each.sequencing,
                    "are_objectives_global": each.are_objectives_global,
                    "items": [item.as_json() for item in each.items],
                }
                for each in self.organizations
            ],
        }


def read_manifest(root: Element, files: Mapping[str, str]) -> Manifest:
    """What a manifest says, against the `files` of the package (folded path → path).

    Raises DomainError where nothing in it can be run.
    """
    if local(root) != "manifest":
        raise DomainError(
            _("imsmanifest.xml is no SCORM manifest: it begins with <%(name)s>.", name=local(root)[:60])
        )
    return _Reader(root, files).read()


def find_edition(root: Element) -> Edition:
    """The edition, by <schemaversion>, else by the namespaces and elements that only one of them has."""
    stated = " ".join(text_of(child(root, "metadata"), "schemaversion").lower().split())
    spaces, names = _vocabulary(root)
    is_2004 = any("adlcp_v1p3" in s or "adlseq_v1p3" in s or "adlnav_v1p3" in s for s in spaces)
    if "4th" in stated:
        return Edition.SCORM_2004_4
    if "3rd" in stated:
        return Edition.SCORM_2004_3
    if "1.3" in stated or "2nd" in stated or "1st" in stated:
        return Edition.SCORM_2004_2
    if "2004" in stated:
        return Edition.SCORM_2004_4 if _is_fourth(names, root) else Edition.SCORM_2004_3
    if stated in {"1.2", "scorm 1.2", "1.1"} and not is_2004:
        return Edition.SCORM_12
    if is_2004 or any("imsss" in s for s in spaces) or "sequencing" in names:
        return Edition.SCORM_2004_4 if _is_fourth(names, root) else Edition.SCORM_2004_3
    return Edition.SCORM_12


def _vocabulary(root: Element) -> tuple[set[str], set[str]]:
    spaces, names = set(), set()
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for tag in (element.tag, *element.attrib):
            space, _mark, name = str(tag).rpartition("}")
            spaces.add(space.lower())
            names.add(name)
    return spaces, names


def _is_fourth(names: set[str], root: Element) -> bool:
    return bool(names & {"completedByMeasure", "progressWeight", "sharedDataGlobalToSystem", "targetID"})


class _Reader:
    def __init__(self, root: Element, files: Mapping[str, str]) -> None:
        self.root = root
        self.files = files
        self.edition = find_edition(root)
        self.shared = sequencing.read_collections(root)
        self.findings: list[str] = []
        self.seen: set[str] = set()
        self.count = 0
        resources = child(root, "resources")
        self.bases = (attribute(root, "base"), attribute(resources, "base"))
        self.resources = {
            identifier: each
            for each in children(resources, "resource")
            if (identifier := attribute(each, "identifier"))
        }

    def read(self) -> Manifest:
        holder = child(self.root, "organizations")
        found = [self._organization(each) for each in children(holder, "organization")]
        places = [n for n, each in enumerate(found) if each.launchable]
        if not places:
            found, places = self._of_resources(found)
        kept = [found[n] for n in places]
        wanted = attribute(holder, "default")
        default = next((n for n, each in enumerate(kept) if wanted and each.identifier == wanted), 0)
        if wanted and all(each.identifier != wanted for each in found):
            self.findings.append(
                _("The manifest's default organization, %(name)s, is not in it.", name=_line(wanted)[:80])
            )
        self._find_missing_files()
        title = kept[default].title or _title(text_of(child(self.root, "metadata"), "title"))
        return Manifest(self.edition, title or _("Untitled package"), kept, default, self.findings[:50])

    # -- organizations and items

    def _organization(self, element: Element) -> Organization:
        title = _title(text_of(element, "title"))
        return Organization(
            identifier=_line(attribute(element, "identifier") or "")[:MAX_IDENTIFIER],
            title=title,
            items=[self._item(each, 1) for each in children(element, "item")],
            sequencing=self._sequencing(element),
            are_objectives_global=is_true(element, "objectivesGlobalToSystem", True),
        )

    def _item(self, element: Element, depth: int) -> Item:
        self.count += 1
        if self.count > MAX_ITEMS or depth > MAX_DEPTH:
            raise DomainError(
                _(
                    "The manifest has more than %(count)s items, or nests them deeper than %(depth)s.",
                    count=MAX_ITEMS,
                    depth=MAX_DEPTH,
                )
            )
        identifier = self._identifier(element)
        item = Item(identifier, _title(text_of(element, "title")) or identifier)
        item.is_visible = is_true(element, "isvisible", True)
        reference = attribute(element, "identifierref")
        if reference:
            self._open(item, reference, attribute(element, "parameters") or "")
        item.launch_data = _text(text_of(element, "datafromlms"))[:64_000]
        item.time_limit_action = _line(text_of(element, "timelimitaction"))[:40]
        item.prerequisites = _line(text_of(element, "prerequisites"))[:2000]
        item.mastery_score = number(text_of(element, "masteryscore"))
        item.max_time = _line(text_of(element, "maxtimeallowed"))[:40]
        if self.edition.is_2004:
            item.hidden_controls = sequencing.read_presentation(element)
            item.threshold = sequencing.read_threshold(element)
            item.shared_data = sequencing.read_shared_data(element)
            item.sequencing = self._sequencing(element)
        item.items = [self._item(each, depth + 1) for each in children(element, "item")]
        return item

    def _identifier(self, element: Element) -> str:
        stated = _line(attribute(element, "identifier") or "")[: MAX_IDENTIFIER - 12] or f"item-{self.count}"
        identifier, number_ = stated, 2
        while identifier in self.seen:
            identifier, number_ = f"{stated}~{number_}", number_ + 1
        self.seen.add(identifier)
        return identifier

    def _sequencing(self, element: Element) -> dict[str, Any]:
        if not self.edition.is_2004:
            return {}
        return sequencing.read_sequencing(child(element, "sequencing"), self.shared)

    # -- resources

    def _open(self, item: Item, reference: str, parameters: str) -> None:
        resource = self.resources.get(reference)
        if resource is None:
            self.findings.append(
                _("%(item)s names a resource that is not in the manifest: it opens nothing.", item=item.title)
            )
            return
        kind = (attribute(resource, "scormtype") or "").lower()
        # Without a word on it, a resource that an item opens is taken for one that reports.
        item.is_sco = kind != "asset"
        href = addresses.join_base(*self.bases, attribute(resource, "base"), attribute(resource, "href"))
        if not attribute(resource, "href"):
            self.findings.append(_("%(item)s opens a resource without a file.", item=item.title))
            return
        if addresses.is_elsewhere(href):
            raise DomainError(
                _(
                    "%(item)s opens a page of another site (%(site)s). A package can only be run from its "
                    "own files.",
                    item=item.title,
                    site=addresses.host_of(href),
                )
            )
        path, query, fragment = addresses.split_href(href)
        found = self._find(path)
        if found is None and query:
            # A question mark may be part of a file's name.
            found, query = self._find(path + query), ""
        if found is None:
            raise DomainError(
                _(
                    "%(item)s is to open %(path)s, which is not in the package.",
                    item=item.title,
                    path=_line(path)[:120],
                )
            )
        query, fragment = addresses.add_parameters(query, fragment, _line(parameters)[:1000])
        item.href = addresses.as_url(found, query, fragment)

    def _find(self, path: str) -> str | None:
        for each in addresses.candidate_paths(path):
            if (found := self.files.get(fold(each))) is not None:
                return found
        return None

    def _of_resources(self, found: list[Organization]) -> tuple[list[Organization], list[int]]:
        """An organization of what reports, for a manifest whose organizations open nothing."""
        items = []
        for identifier, resource in self.resources.items():
            if (attribute(resource, "scormtype") or "").lower() == "sco" and attribute(resource, "href"):
                self.count += 1
                name = f"item-{_line(identifier)}"[: MAX_IDENTIFIER - 12]
                item = Item(name, _title(attribute(resource, "href") or "") or name)
                self._open(item, identifier, "")
                items.append(item)
        if not items:
            raise DomainError(
                _("Nothing in this package can be opened: no item of its manifest leads to a file.")
            )
        made = Organization("", found[0].title if found else "", items)
        return [made], [0]

    def _find_missing_files(self) -> None:
        """Say which files the manifest names and the zip lacks: often an export cut short."""
        missing = []
        for resource in self.resources.values():
            base = attribute(resource, "base")
            for each in children(resource, "file"):
                href = attribute(each, "href") or ""
                joined = addresses.join_base(*self.bases, base, href)
                if not href or addresses.is_elsewhere(joined):
                    continue
                path = addresses.split_href(joined)[0]
                if self._find(path) is None and self._find(joined) is None:
                    missing.append(_line(path)[:120])
        if missing:
            self.findings.append(
                _(
                    "%(count)s files that the manifest names are not in the package, the first being "
                    "%(path)s.",
                    count=len(missing),
                    path=missing[0],
                )
            )


def _line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _title(text: str) -> str:
    return _line(text)[:_LONGEST_TITLE]


def _text(text: str) -> str:
    return re.sub("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", text)
