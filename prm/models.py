"""Every table there is: importing this completes the metadata for migrations and tests."""

from prm.accounts import models as accounts
from prm.audits import models as audits
from prm.certification import models as certification
from prm.customers import models as customers
from prm.deals import models as deals
from prm.imports import models as imports
from prm.journal import models as journal
from prm.marketing import models as marketing
from prm.notifications import models as notifications
from prm.partners import models as partners
from prm.products import models as products
from prm.revenue import models as revenue
from prm.training import models as training
from prm.vendors import models as vendors

__all__ = [
    "accounts", "audits", "certification", "customers", "deals", "imports", "journal",
    "marketing", "notifications", "partners", "products", "revenue", "training", "vendors",
]  # fmt: skip
