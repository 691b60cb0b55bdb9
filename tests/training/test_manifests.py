"""What manifests say, in every edition: fixtures written to the standards."""

from __future__ import annotations

import io

import pytest

from prm.errors import DomainError
from prm.training.models.content import Edition
from prm.training.scorm.addresses import add_parameters, as_url
from prm.training.scorm.manifest import Manifest
from prm.training.scorm.reading import reading_package
from tests.factories.packages import SCO_PAGE, manifest_12, manifest_2004, zipped

pytestmark = pytest.mark.usefixtures("_context")


@pytest.fixture
def _context(app: object) -> object:
    with app.test_request_context():  # type: ignore[attr-defined]
        yield


def read(files: dict[str, str | bytes]) -> Manifest:
    with reading_package(io.BytesIO(zipped(files))) as package:
        return package.manifest


def refuse(files: dict[str, str | bytes]) -> str:
    with pytest.raises(DomainError) as caught:
        read(files)
    assert caught.value.fields.keys() == {"file"}
    return str(caught.value)


def only(manifest: Manifest) -> dict:
    return manifest.as_json()["organizations"][0]["items"][0]


# -- editions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "edition"),
    [
        ("2004 4th Edition", Edition.SCORM_2004_4),
        ("2004 3rd Edition", Edition.SCORM_2004_3),
        ("SCORM 2004 3rd Edition", Edition.SCORM_2004_3),
        ("CAM 1.3", Edition.SCORM_2004_2),
        ("2004 2nd Edition", Edition.SCORM_2004_2),
        ("", Edition.SCORM_2004_3),
    ],
)
def test_the_edition_is_told_by_the_schema_version(stated: str, edition: Edition) -> None:
    found = read({"imsmanifest.xml": manifest_2004(edition=stated), "one.html": SCO_PAGE})
    assert found.edition is edition


def test_a_manifest_without_a_version_is_told_by_what_it_uses() -> None:
    plain = manifest_12().replace("<schemaversion>1.2</schemaversion>", "")
    assert read({"imsmanifest.xml": plain, "one.html": SCO_PAGE}).edition is Edition.SCORM_12
    fourth = manifest_2004(
        '<item identifier="I1" identifierref="R1"><title>One</title>'
        '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.5"/></item>',
        edition="",
    )
    assert read({"imsmanifest.xml": fourth, "one.html": SCO_PAGE}).edition is Edition.SCORM_2004_4


# -- where files are ---------------------------------------------------------------------------


def test_xml_base_of_manifest_resources_and_resource_add_up() -> None:
    text = manifest_12(
        resources=(
            '<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" xml:base="c/" '
            'href="one.html"/>'
        ),
        attributes='xml:base="a/"',
    ).replace("<resources>", '<resources xml:base="b">')
    found = read({"imsmanifest.xml": text, "a/b/c/one.html": SCO_PAGE})
    assert only(found)["href"] == "a/b/c/one.html"


@pytest.mark.parametrize(
    ("href", "name", "wanted"),
    [
        ("one.html", "one.html", "one.html"),
        ("my%20page.html", "my page.html", "my%20page.html"),
        ("my page.html", "my page.html", "my%20page.html"),
        ("INDEX.HTML", "Index.html", "Index.html"),
        ("content\\one.html", "content/one.html", "content/one.html"),
        ("./one.html", "one.html", "one.html"),
        ("one.html?start=2#top", "one.html", "one.html?start=2#top"),
        ("100%.html", "100%.html", "100%25.html"),
        ("stra%C3%9Fe.html", "straße.html", "stra%C3%9Fe.html"),
    ],
)
def test_an_href_finds_its_file_however_it_is_written(href: str, name: str, wanted: str) -> None:
    text = manifest_12(
        resources=f'<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="{href}"/>'
    )
    assert only(read({"imsmanifest.xml": text, name: SCO_PAGE}))["href"] == wanted


@pytest.mark.parametrize(
    ("query", "fragment", "parameters", "wanted"),
    [
        ("", "", "?a=1", "x.html?a=1"),
        ("", "", "a=1", "x.html?a=1"),
        ("", "", "&a=1", "x.html?a=1"),
        ("", "", "?&?a=1", "x.html?a=1"),
        ("?b=2", "", "?a=1", "x.html?b=2&a=1"),
        ("", "", "#part", "x.html#part"),
        ("", "#top", "#part", "x.html#top"),
        ("?b=2", "#top", "a=1", "x.html?b=2&a=1#top"),
        ("", "", "?a=1#part", "x.html?a=1#part"),
        ("?b=2", "", "", "x.html?b=2"),
    ],
)
def test_parameters_are_joined_as_the_standard_says(
    query: str, fragment: str, parameters: str, wanted: str
) -> None:
    assert as_url("x.html", *add_parameters(query, fragment, parameters)) == wanted


def test_a_folder_around_the_manifest_and_backslashes_are_no_hindrance() -> None:
    found = read(
        {"My course\\imsmanifest.xml": manifest_12(), "My course\\one.html": SCO_PAGE, "readme.txt": "x"}
    )
    assert only(found)["href"] == "one.html"


def test_litter_of_systems_is_left_out() -> None:
    files = {
        "imsmanifest.xml": manifest_12(),
        "one.html": SCO_PAGE,
        "__MACOSX/._one.html": "x",
        "Thumbs.db": "x",
    }
    with reading_package(io.BytesIO(zipped(files))) as package:
        assert set(package.files) == {"imsmanifest.xml", "one.html"}


def test_names_in_an_old_encoding_are_read_as_the_manifest_wants_them() -> None:
    """A zip that does not say the encoding of its names: Windows wrote them in cp1252 or cp850."""
    text = manifest_12(
        resources='<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="prüfung.html"/>'
    )
    for encoding in ("cp437", "cp1252", "utf-8"):
        name = b"pr" + "ü".encode(encoding) + b"fung.html"
        # A name of as many bytes is written, then those bytes are put in its place.
        stand_in = "p" * len(name)
        made = zipped({"imsmanifest.xml": text, stand_in: SCO_PAGE}).replace(stand_in.encode(), name)
        with reading_package(io.BytesIO(made)) as package:
            assert "prüfung.html" in package.files, encoding


# -- XML ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: text.encode("utf-16"),
        lambda text: ("\r\n  " + text).encode(),
        lambda text: text.replace("UTF-8", "windows-1252").encode("cp1252"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("UTF-8", "utf-16").encode("utf-8"),
    ],
)
def test_manifests_in_any_encoding_are_read(encode: object) -> None:
    text = manifest_12(title="Grundkurs für Händler")
    found = read({"imsmanifest.xml": encode(text), "one.html": SCO_PAGE})  # type: ignore[operator]
    assert found.title == "Grundkurs für Händler"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<manifest", "cannot be read as XML"),
        ("", "cannot be read as XML"),
        ("<html/>", "is no SCORM manifest"),
        (
            '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<manifest><organizations><organization><title>&x;</title></organization></organizations></manifest>",
            "defines entities",
        ),
        (
            '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><manifest>&b;</manifest>',
            "defines entities",
        ),
        ("<manifest><resources/></manifest>", "Nothing in this package can be opened"),
    ],
)
def test_a_broken_or_hostile_manifest_is_refused(text: str, said: str) -> None:
    assert said in refuse({"imsmanifest.xml": text, "one.html": SCO_PAGE})


# -- organizations and items -------------------------------------------------------------------


def test_the_default_organization_is_run_and_the_others_are_kept() -> None:
    one = (
        '<organization identifier="{0}"><title>{0}</title><item identifier="{0}1" identifierref="R1"/>'
        "</organization>"
    )
    text = manifest_12(
        organizations=f'<organizations default="B">{one.format("A")}{one.format("B")}</organizations>'
    )
    found = read({"imsmanifest.xml": text, "one.html": SCO_PAGE})
    assert [each.title for each in found.organizations] == ["A", "B"]
    assert (found.default, found.title) == (1, "B")
    missing = read({"imsmanifest.xml": text.replace('default="B"', 'default="Z"'), "one.html": SCO_PAGE})
    assert missing.default == 0
    assert "default organization, Z" in missing.findings[0]


def test_nested_items_keep_their_order_and_what_1_2_says_of_them() -> None:
    text = manifest_12(
        '<item identifier="A"><title>Chapter</title>'
        '<item identifier="B" identifierref="R1" isvisible="false" parameters="?p=1">'
        "<title>  A   page </title>"
        "<adlcp:prerequisites type='aicc_script'>A&amp;C</adlcp:prerequisites>"
        "<adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed>"
        "<adlcp:timelimitaction>exit,message</adlcp:timelimitaction>"
        "<adlcp:datafromlms>start=here</adlcp:datafromlms><adlcp:masteryscore>80</adlcp:masteryscore></item></item>"
    )
    chapter = only(read({"imsmanifest.xml": text, "one.html": SCO_PAGE}))
    page = chapter["items"][0]
    assert (chapter["href"], page["href"], page["title"]) == (None, "one.html?p=1", "A page")
    assert page["is_visible"] is False
    assert page["prerequisites"] == "A&C"
    assert (page["max_time"], page["time_limit_action"]) == ("00:30:00", "exit,message")
    assert (page["launch_data"], page["mastery_score"]) == ("start=here", 80.0)


def test_two_items_of_one_identifier_are_told_apart() -> None:
    text = manifest_12('<item identifier="A" identifierref="R1"/><item identifier="A" identifierref="R1"/>')
    items = read({"imsmanifest.xml": text, "one.html": SCO_PAGE}).organizations[0].items
    assert [item.identifier for item in items] == ["A", "A~2"]


def test_resources_without_a_files_list_and_with_dependencies_are_read() -> None:
    text = manifest_12(
        resources=(
            '<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="one.html">'
            '<dependency identifierref="COMMON"/></resource>'
            '<resource identifier="COMMON" type="webcontent" adlcp:scormtype="asset">'
            '<file href="shared/a.js"/><file href="shared/gone.js"/></resource>'
        )
    )
    found = read({"imsmanifest.xml": text, "one.html": SCO_PAGE, "shared/a.js": "1"})
    assert "shared/gone.js" in found.findings[0]


def test_a_package_without_an_organization_opens_what_reports() -> None:
    text = manifest_12(organizations="<organizations/>")
    found = read({"imsmanifest.xml": text, "one.html": SCO_PAGE})
    assert [item.href for item in found.organizations[0].launchable] == ["one.html"]


@pytest.mark.parametrize(
    ("href", "said"),
    [
        ("gone.html", "which is not in the package"),
        ("https://elsewhere.example/x.html", "elsewhere.example"),
        ("//elsewhere.example/x.html", "elsewhere.example"),
        ("javascript:alert(1)", "another site"),
        ("../../etc/passwd", "which is not in the package"),
    ],
)
def test_an_item_that_leads_nowhere_here_is_refused(href: str, said: str) -> None:
    text = manifest_12(
        resources=f'<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="{href}"/>'
    )
    assert said in refuse({"imsmanifest.xml": text, "one.html": SCO_PAGE})


@pytest.mark.parametrize(("name", "said"), [("tincan.xml", "xAPI"), ("cmi5.xml", "cmi5"), ("a.au", "AICC")])
def test_packages_of_other_standards_are_named(name: str, said: str) -> None:
    assert said in refuse({name: "<x/>", "index.html": "x"})


def test_a_zip_around_a_zip_is_told() -> None:
    assert "further zips" in refuse({"course.zip": b"PK", "notes.txt": "x"})


# -- sequencing --------------------------------------------------------------------------------

SEQUENCING = """<imsss:sequencing IDRef="SHARED">
<imsss:sequencingRules>
<imsss:preConditionRule><imsss:ruleConditions conditionCombination="any">
<imsss:ruleCondition condition="satisfied" operator="not" referencedObjective="O2"/>
<imsss:ruleCondition condition="objectiveMeasureLessThan" measureThreshold="0.5"/>
</imsss:ruleConditions><imsss:ruleAction action="disabled"/></imsss:preConditionRule>
</imsss:sequencingRules>
<imsss:rollupRules objectiveMeasureWeight="0.25" rollupObjectiveSatisfied="false">
<imsss:rollupRule childActivitySet="atLeastCount" minimumCount="2">
<imsss:rollupConditions conditionCombination="all">
<imsss:rollupCondition operator="not" condition="satisfied"/>
</imsss:rollupConditions><imsss:rollupAction action="notSatisfied"/></imsss:rollupRule></imsss:rollupRules>
<imsss:objectives>
<imsss:primaryObjective objectiveID="P" satisfiedByMeasure="true">
<imsss:minNormalizedMeasure>0.7</imsss:minNormalizedMeasure>
</imsss:primaryObjective>
<imsss:objective objectiveID="O2"><imsss:mapInfo targetObjectiveID="G" writeSatisfiedStatus="true"/>
</imsss:objective>
</imsss:objectives>
<imsss:deliveryControls completionSetByContent="true"/>
<adlseq:objectives><adlseq:objective objectiveID="O2">
<adlseq:mapInfo targetObjectiveID="G" readRawScore="true"/></adlseq:objective></adlseq:objectives>
<adlseq:constrainedChoiceConsiderations preventActivation="true" constrainChoice="true"/>
<adlseq:rollupConsiderations requiredForSatisfied="ifAttempted" measureSatisfactionIfActive="false"/>
</imsss:sequencing>"""
COLLECTION = """<imsss:sequencingCollection><imsss:sequencing ID="SHARED">
<imsss:controlMode choice="false" flow="true" forwardOnly="true"/><imsss:limitConditions attemptLimit="2"/>
<imsss:rollupRules objectiveMeasureWeight="1"/></imsss:sequencing></imsss:sequencingCollection>"""


def test_sequencing_is_read_whole_and_shared_ones_are_merged() -> None:
    item = (
        f'<item identifier="I1" identifierref="R1"><title>One</title>{SEQUENCING}'
        "<adlcp:timeLimitAction>exit,no message</adlcp:timeLimitAction>"
        "<adlcp:dataFromLMS>from us</adlcp:dataFromLMS>"
        '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.6" progressWeight="0.5"/>'
        '<adlcp:data><adlcp:map targetID="store" writeSharedData="false"/></adlcp:data>'
        "<adlnav:presentation><adlnav:navigationInterface><adlnav:hideLMSUI>continue</adlnav:hideLMSUI>"
        "<adlnav:hideLMSUI>nonsense</adlnav:hideLMSUI></adlnav:navigationInterface></adlnav:presentation></item>"
    )
    text = manifest_2004(item, collection=COLLECTION)
    found = only(read({"imsmanifest.xml": text, "one.html": SCO_PAGE}))
    read_ = found["sequencing"]
    controls = read_["sequencingControls"]
    assert (controls["choice"], controls["flow"], controls["forwardOnly"]) == (False, True, True)
    assert controls["objectiveMeasureWeight"] == 0.25
    assert controls["rollupObjectiveSatisfied"] is False
    assert controls["completionSetByContent"] is True
    assert controls["preventActivation"] is True
    assert read_["attemptLimit"] == 2
    rule = read_["sequencingRules"]["preConditionRules"][0]
    assert (rule["action"], rule["conditionCombination"]) == ("disabled", "any")
    assert rule["conditions"] == [
        {"condition": "satisfied", "operator": "not", "referencedObjective": "O2"},
        {"condition": "objectiveMeasureLessThan", "parameters": {"threshold": 0.5}},
    ]
    rollup = read_["rollupRules"]["rules"][0]
    assert (rollup["consideration"], rollup["minimumCount"]) == ("atLeastCount", 2)
    assert rollup["conditions"] == [{"condition": "satisfied", "operator": "not"}]
    assert read_["primaryObjective"]["minNormalizedMeasure"] == 0.7
    assert read_["objectives"][0]["mapInfo"] == [
        {
            "targetObjectiveID": "G", "writeSatisfiedStatus": True, "readSatisfiedStatus": True,
            "readNormalizedMeasure": True, "writeNormalizedMeasure": False, "readRawScore": True,
        }
    ]  # fmt: skip
    assert read_["rollupConsiderations"] == {
        "requiredForSatisfied": "ifAttempted", "measureSatisfactionIfActive": False,
    }  # fmt: skip
    assert found["threshold"] == {
        "completedByMeasure": True, "minProgressMeasure": 0.6, "progressWeight": 0.5,
    }  # fmt: skip
    assert found["shared_data"] == [{"targetID": "store", "readSharedData": True, "writeSharedData": False}]
    assert found["hidden_controls"] == ["continue"]
    assert (found["launch_data"], found["time_limit_action"]) == ("from us", "exit,no message")


def test_the_third_editions_threshold_is_a_number() -> None:
    text = manifest_2004(
        '<item identifier="I1" identifierref="R1"><title>One</title>'
        "<adlcp:completionThreshold>0.75</adlcp:completionThreshold></item>",
        edition="2004 3rd Edition",
    )
    found = only(read({"imsmanifest.xml": text, "one.html": SCO_PAGE}))
    assert found["threshold"] == {"completedByMeasure": True, "minProgressMeasure": 0.75}
