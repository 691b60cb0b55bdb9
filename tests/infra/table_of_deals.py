"""A table of deals in regions, with every kind of column and filter."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from prm.infra.tables import Column, Filter, TableSpec


class Base(DeclarativeBase):
    pass


class Region(Base):
    __tablename__ = "region"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Deal(Base):
    __tablename__ = "deal"
    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    note: Mapped[str | None]
    stage: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    closed_on: Mapped[date | None]
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region: Mapped[Region] = relationship()


STAGES = [("won", "Won"), ("lost", "Lost")]
SPEC = TableSpec(
    key=Deal.id,
    columns=[
        Column("name", "Name", sort=func.lower(Deal.name)),
        Column("region", "Region", sort=[func.lower(Region.name), Deal.amount]),
        Column("amount", "Amount", sort=Deal.amount, is_numeric=True, total=Deal.amount),
        Column("closed_on", "Closed", sort=Deal.closed_on),
        Column("note", "Note"),
    ],
    search=[Deal.name, Deal.note, Region.name],
    filters=[
        Filter("stage", "Stage", STAGES, lambda s, value: s.where(Deal.stage == value)),
        Filter("region_id", "Region", [(1, "West"), (2, "East")], lambda s, v: s.where(Deal.region_id == v)),
        Filter("since", "Since", (), lambda s, value: s.where(Deal.closed_on >= value), kind="date"),
        Filter("least", "At least", (), lambda s, value: s.where(Deal.amount >= value), kind="integer"),
        Filter("word", "Word", (), lambda s, value: s.where(Deal.note == value), kind="text"),
    ],
    default_sort="-amount",
    page_sizes=(10, 20),
)
DEALS = select(Deal).join(Deal.region)
