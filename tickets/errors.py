"""Why the desk refuses an act. Nothing was changed in any case.

IllegalTicketAct (model)   the state does not allow the act
├── DetailMissing          the act needs an owner, a reason …; ``field`` names it
└── StillInAlarm           the equipment is not back to normal
"""

from model.ticket import IllegalTicketAct, TicketAct


class DetailMissing(IllegalTicketAct):
    """The state allows the act, but something must be said with it."""

    def __init__(self, act: TicketAct, field: str, what: str) -> None:
        super().__init__(f"to {act} a ticket, say {what} in '{field}'")
        self.field = field


class StillInAlarm(IllegalTicketAct):
    """Verifying would say that the signal is normal, and it is not."""

    def __init__(self, alarms: list[str]) -> None:
        super().__init__(f"not back to normal: {', '.join(alarms)}; wait until it is, or verify with a comment that says why")
        self.alarms = alarms
