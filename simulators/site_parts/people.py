"""Who is on the roster: the engineering room's shifts and the chain above them. Invented people with numbers nobody has.

Skills are the words the rule library dispatches by. The ids of those who log in to the demo are their login names.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonPart:
    id: str
    name: str
    role: str
    skills: tuple[str, ...]
    phone: str
    post: str = ""


def people() -> tuple[PersonPart, ...]:
    """Night shift first: 李强 holds the control room, the technicians are on call."""
    return (
        PersonPart("engineer", "李强", "operator", ("fire",), "13800000001"),
        PersonPart("zhangwei", "张伟", "technician", ("electrical", "elevator"), "13800000002"),
        PersonPart("technician", "刘洋", "technician", ("plumbing", "electrical"), "13800000003"),
        PersonPart("chengang", "陈刚", "technician", ("plumbing", "hvac", "gas"), "13800000004"),
        PersonPart("zhaomin", "赵敏", "technician", ("electrical", "elv"), "13800000005"),
        PersonPart("wanglei", "王磊", "technician", ("elv", "fire", "elevator"), "13800000006"),
        PersonPart("energy", "周婷", "energy", (), "13800000007"),
        PersonPart("manager", "孙建国", "manager", (), "13800000008", "maintenance_head"),
        PersonPart("hejing", "何静", "manager", (), "13800000009", "service_manager"),
        PersonPart("wuhaitao", "吴海涛", "manager", (), "13800000010", "area_manager"),
    )
