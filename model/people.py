"""Who acts, and what each role may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """``operator`` is the engineering room."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    TECHNICIAN = "technician"
    ENERGY = "energy"
    MANAGER = "manager"
    TESTER = "tester"
    ADMIN = "admin"


class Post(StrEnum):
    """Where the calls of a site go when a promise is broken, from the nearest upwards."""

    MAINTENANCE_HEAD = "maintenance_head"
    """维修中心主管, the duty manager."""
    SERVICE_MANAGER = "service_manager"
    """物业服务中心经理."""
    AREA_MANAGER = "area_manager"
    """区域经理."""


class Right(StrEnum):
    """What an endpoint asks for; ``ROLE_RIGHTS`` says who has it."""

    READ = "read"
    ALARM_ACT = "alarm_act"
    ALARM_OUT_OF_SERVICE = "alarm_out_of_service"
    """To ask for it; another person with ``ALARM_APPROVE`` must let it be."""
    ALARM_APPROVE = "alarm_approve"
    TICKET_OPEN = "ticket_open"
    TICKET_DISPATCH = "ticket_dispatch"
    TICKET_WORK = "ticket_work"
    TICKET_CLOSE = "ticket_close"
    AUDIT_READ = "audit_read"
    RULE_EDIT = "rule_edit"
    USER_ADMIN = "user_admin"
    TEST = "test"
    """To break what is simulated."""


_ALL = frozenset(Right)
ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.OPERATOR: frozenset(
        {
            Right.READ,
            Right.ALARM_ACT,
            Right.ALARM_OUT_OF_SERVICE,
            Right.TICKET_OPEN,
            Right.TICKET_DISPATCH,
            Right.TICKET_WORK,
            Right.TICKET_CLOSE,
        }
    ),
    Role.TECHNICIAN: frozenset({Right.READ, Right.ALARM_OUT_OF_SERVICE, Right.TICKET_OPEN, Right.TICKET_WORK}),
    Role.ENERGY: frozenset({Right.READ}),
    Role.MANAGER: _ALL - {Right.USER_ADMIN, Right.TEST},
    Role.TESTER: frozenset({Right.READ, Right.ALARM_ACT, Right.TICKET_OPEN, Right.TEST}),
    Role.ADMIN: _ALL,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the platform itself, to whom an act is put down."""

    name: str
    role: Role
    display: str = ""

    def may(self, right: Right) -> bool:
        return right in ROLE_RIGHTS[self.role]


PLATFORM = Actor("guanjia", Role.ADMIN, "管家")


@dataclass(frozen=True, slots=True)
class User:
    name: str
    role: Role
    display: str
    password_hash: str
    disabled: bool = False
