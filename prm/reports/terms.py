"""What a report was asked for, resolved: everything a rerun needs to give the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from prm.attribution.credits import Model
from prm.attribution.queries import DEFAULT_LOOKBACK
from prm.reports.periods import OPEN, Period, Preset
from prm.revenue.queries import OrderFilters


@dataclass(frozen=True)
class Terms:
    """Period, filters, model and look-back of a report.

    `region` is a region's public id, or "none" for partners without one. The names are for people.
    """

    preset: Preset = Preset.ALL
    period: Period = OPEN
    region: UUID | str | None = None
    region_name: str = ""
    partner: UUID | None = None
    partner_name: str = ""
    model: Model = Model.LINEAR
    lookback_days: int = DEFAULT_LOOKBACK

    def filters(self, period: Period | None = None) -> OrderFilters:
        """The orders meant; of another period for comparisons."""
        period = period or self.period
        return OrderFilters(
            date_from=period.first, date_to=period.last, partner=self.partner, region=self.region
        )

    def arguments(self, **changes: object) -> dict[str, str]:
        """The parameters of an address that asks for the same, with some changed or (None) removed."""
        wanted: dict[str, object] = {"period": self.preset.value}
        if self.preset is Preset.CUSTOM:
            wanted |= {"from": self.period.first, "to": self.period.last}
        wanted |= {"region": self.region, "partner": self.partner}
        wanted |= {"model": self.model.value, "lookback": self.lookback_days, **changes}
        return _texts(wanted)

    def lasting_arguments(self) -> dict[str, str]:
        """The same with its dates written out, so that the address means the same days for ever."""
        if self.preset in (Preset.ALL, Preset.CUSTOM):
            return self.arguments()
        return self.arguments(
            **{"period": Preset.CUSTOM.value, "from": self.period.first, "to": self.period.last}
        )


def _texts(wanted: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in wanted.items() if value not in (None, "")}
