"""Who is acting: settled once per message, before anything else."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of a dealer, a member of the brand's staff, or the system.

    subject: "m:<member id>", "s:<staff id>" or "system:<reason>". role: owner | buyer | finance at a dealer;
    admin | sales | finance | warehouse at the brand. region None: all. channel: where the act came from.
    """

    subject: str
    side: str  # dealer | staff | system
    role: str
    name: str
    person_id: int | None = None
    member_id: int | None = None
    staff_id: int | None = None
    dealer_id: int | None = None
    dealer_name: str = ""
    region: str | None = None
    locale: str = "zh-Hans"
    zone: ZoneInfo
    channel: str = ""
    currency: str = "CNY"
