"""What the demo's vendors teach, offer and sell. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from prm.accounts.models import JobFunction as F
from prm.marketing.models import AssetType, CampaignType
from prm.training.models import SkillLevel


@dataclass(frozen=True)
class Ask:
    """A quiz question: choices as (text, is right), or a number with a tolerance."""

    prompt: str
    choices: tuple[tuple[str, bool], ...] = ()
    answer: str = ""
    tolerance: str = "0"
    explanation: str = ""


@dataclass(frozen=True)
class CourseText:
    title: str
    summary: str
    level: SkillLevel
    functions: tuple[F, ...]
    lessons: tuple[tuple[str, str, int], ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class VendorText:
    slug: str
    name: str
    currency: str
    time_zone: str
    colour: str
    regions: tuple[str, ...]
    products: tuple[tuple[str, int], ...]
    courses: tuple[CourseText, ...]
    certifications: tuple[tuple[str, str, SkillLevel, int, tuple[int, ...]], ...]
    campaigns: tuple[tuple[str, CampaignType], ...]
    # (name, what it says, level, (people, which certification, of which function)…)
    accreditations: tuple[tuple[str, str, SkillLevel, tuple[tuple[int, int | None, str], ...]], ...]
    assets: tuple[tuple[str, AssetType, int | None, str, str], ...]
    partners: tuple[str, ...]
    misspelt: str = ""
    has_package: bool = False
    extra: dict[str, str] = field(default_factory=dict)


INSTALL = CourseText(
    "Lumen Foundation: install and configure",
    "From an empty server to a dashboard the customer's people use every morning.",
    SkillLevel.FOUNDATION,
    (F.TECHNICAL, F.SUPPORT),
    (
        (
            "Before you install",
            "## What to ask the customer\n\nThree answers decide how the installation goes:\n\n"
            "1. Where does the data live today, and who owns it?\n"
            "2. How many people read, and how many change?\n"
            "3. What must be ready on day one?\n\n"
            "> A server with **8 GB** of memory carries about 200 readers.\n\n"
            "Write the answers into the handover sheet: the support team reads it first.",
            8,
        ),
        (
            "Install and connect",
            "## Ports\n\n| Port | Used by |\n|---|---|\n| 8443 | browsers and the agent |\n"
            "| 5432 | the database, internal only |\n\nOpen 8443 to the office network only. "
            "Then run the installer and follow its five questions.\n\n"
            "- Keep the licence file outside the program folder.\n- Choose the time zone of the *readers*.",
            12,
        ),
        (
            "Train the end users",
            "## The first hour\n\nShow one report, let them change one filter, let them save it. "
            "Who has saved one report comes back.\n\nLeave the one-page guide on every desk.",
            6,
        ),
    ),
    (
        Ask(
            "Which port do browsers and the agent use?",
            (("80", False), ("8443", True), ("5432", False), ("25", False)),
            explanation="8443; 5432 is the database's and stays internal.",
        ),
        Ask(
            "What belongs into the handover sheet?",
            (
                ("Where the data lives", True),
                ("The administrator's password", False),
                ("What must be ready on day one", True),
            ),
            explanation="Never a password.",
        ),
        Ask(
            "About how many readers does a server with 8 GB carry?",
            answer="200",
            tolerance="20",
            explanation="About 200.",
        ),
    ),
)
SELL = CourseText(
    "Selling Lumen",
    "Find out in one conversation whether Lumen helps, and show it in the second.",
    SkillLevel.FOUNDATION,
    (F.SALES, F.PRESALES, F.MARKETING),
    (
        (
            "Who buys, and why",
            "## The buyer\n\nOperations managers buy time: the weekly report that takes a morning. "
            "Ask who makes it, and how long it takes.\n\n**Do not demonstrate in the first meeting.**",
            7,
        ),
        (
            "Price and discount",
            "## The price list\n\nThe list price is per site, not per head. Discounts above 15 % need "
            "your channel manager's word *before* the quote leaves.",
            5,
        ),
    ),
    (
        Ask(
            "What does the buyer buy?",
            (("Charts", False), ("Time", True), ("A database", False)),
            explanation="The morning that the weekly report takes.",
        ),
        Ask(
            "From which discount on, in percent, do you ask before you quote?",
            answer="15",
            explanation="Above 15 %.",
        ),
    ),
)
ADVANCED = CourseText(
    "Lumen Advanced: data model and imports",
    "The whole data structure, add-ons, synchronisation, and files of any origin.",
    SkillLevel.ADVANCED,
    (F.TECHNICAL,),
    (
        (
            "The data model",
            "## Facts and dimensions\n\nA *fact* is a number somebody is paid for. A *dimension* is a "
            "word to sort it by. If two departments use one word for two things, make two dimensions.",
            15,
        ),
        (
            "Imports that can be undone",
            "## Always a dry run\n\n1. Map the columns.\n2. State the date format.\n3. Read what is "
            "rejected, and why.\n\nOnly then confirm.",
            12,
        ),
    ),
    (
        Ask(
            "Two departments mean different things by “region”. What do you do?",
            (
                ("Rename one department", False),
                ("Make two dimensions", True),
                ("Use the larger one's meaning", False),
            ),
            explanation="Two meanings, two dimensions.",
        ),
        Ask(
            "What comes before an import is confirmed?",
            (("A dry run", True), ("A backup of the customer's laptop", False), ("A mapping", True)),
        ),
    ),
)
SUPPORT = CourseText(
    "Supporting Lumen customers",
    "The first answer within the hour, and when to hand over.",
    SkillLevel.FOUNDATION,
    (F.SUPPORT, F.TECHNICAL),
    (
        (
            "The first answer",
            "## Within the hour\n\nSay what you understood, what you do next, and when you write again. "
            "A customer who knows *when* waits.",
            5,
        ),
        (
            "Handing over",
            "## To the vendor\n\nAttach the diagnostics file. Never attach customer data.",
            6,
        ),
    ),
    (
        Ask(
            "What does the first answer contain?",
            (
                ("What you understood", True),
                ("When you write again", True),
                ("An apology for the product", False),
            ),
        ),
    ),
)
LUMEN = VendorText(
    slug="lumen",
    name="Lumen Analytics",
    currency="USD",
    time_zone="America/New_York",
    colour="#2f5bd8",
    regions=("West", "Central", "East"),
    products=(
        ("Lumen Core", 4200),
        ("Lumen Core Plus", 7800),
        ("Lumen Forecast", 5400),
        ("Lumen Connect", 2600),
        ("Lumen Mobile", 1450),
    ),
    courses=(INSTALL, SELL, ADVANCED, SUPPORT),
    certifications=(
        ("Lumen Certified Installer", "Installs and configures Lumen.", SkillLevel.FOUNDATION, 24, (0,)),
        ("Lumen Certified Seller", "Sells what fits.", SkillLevel.FOUNDATION, 24, (1,)),
        ("Lumen Advanced Engineer", "Builds the data model.", SkillLevel.ADVANCED, 24, (0, 2)),
    ),
    accreditations=(
        (
            "Lumen Installation Partner",
            "Employs people who install Lumen.",
            SkillLevel.FOUNDATION,
            ((1, 0, "technical"),),
        ),
        (
            "Lumen House",
            "Sells and installs Lumen with its own people.",
            SkillLevel.FOUNDATION,
            ((2, None, ""), (1, 0, "technical"), (1, 1, "")),
        ),
    ),
    campaigns=(
        ("The Monday report", CampaignType.EMAIL),
        ("Lumen on tour", CampaignType.EVENT),
        ("Forecast week", CampaignType.SOCIAL),
    ),
    assets=(
        ("Lumen Core data sheet", AssetType.DATASHEET, 0, "en", "Two pages to leave behind."),
        (
            "Mail: the Monday report",
            AssetType.EMAIL_TEMPLATE,
            0,
            "en",
            "A first mail to operations managers.",
        ),
        ("Lumen in fifteen minutes", AssetType.PRESENTATION, 1, "en", "The short demonstration, with notes."),
        (
            "Case study: a harbour's morning",
            AssetType.CASE_STUDY,
            1,
            "en",
            "How a port saved a morning a week.",
        ),
        ("Forecast one-pager", AssetType.BROCHURE, 2, "en", "For customers who plan stock."),
        ("Prognose auf einer Seite", AssetType.BROCHURE, 2, "de", "Für Kunden, die Lager planen."),
        ("Lumen logo set", AssetType.LOGO, None, "en", "Logos for print and web, with the rules."),
    ),
    partners=(
        "Bright Path IT",
        "Cascade Data Works",
        "Harbor & Pine Systems",
        "Meridian Solutions",
        "Redwood Networks",
        "Blue Mesa Consulting",
        "Lakeshore Technology",
        "Ironbridge Partners",
        "Summit Ridge IT",
        "Oak Street Digital",
        "Prairie Cloud",
        "Delta Point Systems",
        "Keystone Analytics",
        "Granite Works",
        "Silver Birch Computing",
        "Atlas Channel Group",
        "Northgate Services",
        "Cobalt Bay",
        "Riverside Informatics",
        "Evergreen Reporting",
    ),
    misspelt="LumenCore Plus",
    has_package=True,
)
FJORD = VendorText(
    slug="fjord",
    name="Fjord Storage",
    currency="EUR",
    time_zone="Europe/Berlin",
    colour="#0f766e",
    regions=("DACH", "Nordics"),
    products=(("Fjord Vault 12", 9800), ("Fjord Vault 24", 17400), ("Fjord Care", 1900)),
    courses=(
        CourseText(
            "Fjord Vault: rack to first backup",
            "Unpack, rack, cable, first backup, first restore.",
            SkillLevel.FOUNDATION,
            (F.TECHNICAL, F.SUPPORT),
            (
                (
                    "Rack and cable",
                    "## Two people\n\nA Vault 24 weighs **38 kg**. Lift it with two people.",
                    6,
                ),
                ("First backup, first restore", "A backup that was never restored is a *hope*.", 9),
            ),
            (
                Ask("How much does a Vault 24 weigh, in kg?", answer="38", tolerance="1"),
                Ask(
                    "When is a backup done?",
                    (("When it has run", False), ("When it was restored once", True)),
                ),
            ),
        ),
        CourseText(
            "Selling Fjord Care",
            "Why service is sold with the box.",
            SkillLevel.FOUNDATION,
            (F.SALES,),
            (("Day one", "Offer Care with the quote, not after the first failure.", 4),),
            (Ask("When do you offer Care?", (("With the quote", True), ("After a failure", False))),),
        ),
    ),
    certifications=(
        ("Fjord Vault Technician", "Racks, backs up and restores.", SkillLevel.FOUNDATION, 24, (0,)),
    ),
    accreditations=(
        ("Fjord Vault Partner", "Employs two technicians.", SkillLevel.FOUNDATION, ((2, 0, ""),)),
    ),
    campaigns=(("Restore day", CampaignType.EVENT), ("Backup is hope", CampaignType.WEB)),
    assets=(
        ("Fjord Vault data sheet", AssetType.DATASHEET, None, "en", "All sizes and figures."),
        ("Datenblatt Fjord Vault", AssetType.DATASHEET, None, "de", "Alle Größen und Werte."),
        ("Restore day: invitation", AssetType.EMAIL_TEMPLATE, 0, "de", "Einladung für Kunden."),
    ),
    partners=(
        "Bright Path IT",
        "Nordlicht Systemhaus",
        "Küstenwerk IT",
        "Alpenblick Informatik",
        "Fjellheim Data",
        "Söder Nät",
        "Hansekontor Technik",
        "Birka Systems",
    ),
)
