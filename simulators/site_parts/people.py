"""Who is on the roster: the engineering room's shifts and the chain above them. Invented people with numbers nobody has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonPart:
    id: str
    name: str
    role: str
    skills: tuple[str, ...]
    phone: str


def people() -> tuple[PersonPart, ...]:
    """Night shift first: 李强 and 张伟 hold the control room, the others are on call."""
    return (
        PersonPart("liqiang", "李强", "operator", ("fire", "power"), "13800000001"),
        PersonPart("zhangwei", "张伟", "technician", ("power", "elevator", "charging"), "13800000002"),
        PersonPart("liuyang", "刘洋", "technician", ("plumbing", "water"), "13800000003"),
        PersonPart("chengang", "陈刚", "technician", ("plumbing", "water", "hvac"), "13800000004"),
        PersonPart("zhaomin", "赵敏", "technician", ("charging", "power", "elv"), "13800000005"),
        PersonPart("wanglei", "王磊", "technician", ("elv", "parking", "fire"), "13800000006"),
        PersonPart("sunjianguo", "孙建国", "technician", ("elevator", "hvac", "gas"), "13800000007"),
        PersonPart("zhouting", "周婷", "energy", ("energy",), "13800000008"),
        PersonPart("wuhaifeng", "吴海峰", "manager", ("power", "plumbing", "hvac"), "13800000009"),
        PersonPart("zhengyan", "郑岩", "manager", (), "13800000010"),
    )
