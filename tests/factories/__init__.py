"""What tests build their world from: through services, as people would."""

from tests.factories.world import PartnershipRef, UserRef, VendorRef, World

__all__ = ["PartnershipRef", "UserRef", "VendorRef", "World"]
