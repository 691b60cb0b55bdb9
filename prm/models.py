"""Every table there is: importing this completes the metadata for migrations and tests."""

from prm.accounts import models as accounts
from prm.audits import models as audits
from prm.bulk import models as bulk
from prm.certification import models as certification
from prm.certification.accreditation import models as accreditation
from prm.certification.batches import models as batches
from prm.certification.credentials import models as credentials
from prm.certification.designs import models as designs
from prm.customers import models as customers
from prm.deals import models as deals
from prm.imports import models as imports
from prm.journal import models as journal
from prm.lists import models as lists
from prm.marketing import models as marketing
from prm.notifications import models as notifications
from prm.onboarding import models as onboarding
from prm.operations import models as operations
from prm.partners import models as partners
from prm.products import models as products
from prm.revenue import models as revenue
from prm.training import models as training
from prm.training.models import assessment as training_assessment
from prm.training.models import changes as training_changes
from prm.training.models import content as training_content
from prm.training.models import feeds as training_feeds
from prm.training.models import imported as training_imported
from prm.training.models import paths as training_paths
from prm.training.models import placement as training_placement
from prm.training.models import sessions as training_sessions
from prm.training.models import tasks as training_tasks
from prm.vendors import models as vendors

__all__ = [
    "accounts",
    "accreditation",
    "audits",
    "batches",
    "bulk",
    "certification",
    "credentials",
    "customers",
    "deals",
    "designs",
    "imports",
    "journal",
    "lists",
    "marketing",
    "notifications",
    "onboarding",
    "operations",
    "partners",
    "products",
    "revenue",
    "training",
    "training_assessment",
    "training_changes",
    "training_content",
    "training_feeds",
    "training_imported",
    "training_paths",
    "training_placement",
    "training_sessions",
    "training_tasks",
    "vendors",
]  # fmt: skip
