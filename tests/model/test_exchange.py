"""Where a point lies in an answer, held against the planner that asks."""

import pytest

from collectors.modbus.plan import Request, plan
from guanjia.config.profile_file import LIBRARY, load_profile
from model.exchange import Place, place, scale_place
from model.profile import Profile, Register, Table


def _modbus_profiles() -> list[Profile]:
    loaded = [load_profile(path) for path in sorted(LIBRARY.glob("*.yaml"))]
    return [profile for profile in loaded if profile.modbus]


@pytest.mark.parametrize(
    ("asked", "register", "found"),
    [
        ("holding 100+10", Register(Table.HOLDING, 100, 2), Place(0, 4)),
        ("holding 100+10", Register(Table.HOLDING, 108, 2), Place(16, 4)),
        ("holding 100+10", Register(Table.HOLDING, 109, 2), None),
        ("holding 100+10", Register(Table.HOLDING, 99, 2), None),
        ("input 100+10", Register(Table.HOLDING, 100, 2), None),
        ("coil 16+20", Register(Table.COIL, 16, 1), Place(0, 1, 0)),
        ("discrete 16+20", Register(Table.DISCRETE, 27, 1), Place(1, 1, 3)),
        ("discrete 16+20", Register(Table.DISCRETE, 22, 4), Place(0, 2, 6)),
        ("parking/north/state", Register(Table.HOLDING, 0, 1), None),
        ("", Register(Table.HOLDING, 0, 1), None),
    ],
)
def test_a_register_is_found_in_the_answer_that_holds_all_of_it(asked: str, register: Register, found: Place | None) -> None:
    assert place(asked, register) == found


def test_the_register_of_the_scale_is_found_apart_from_its_value() -> None:
    register = Register(Table.HOLDING, 10, 1, scale_register=40)
    assert scale_place("holding 0+20", register) is None
    assert scale_place("holding 38+4", register) == Place(4, 2)
    assert scale_place("holding 38+4", Register(Table.HOLDING, 38, 1)) is None


@pytest.mark.parametrize("profile", _modbus_profiles(), ids=lambda profile: profile.id)
def test_every_point_of_every_profile_lies_at_its_own_address(profile: Profile) -> None:
    """In answers whose registers hold their own addresses, a coil being set when its address is odd."""
    requests = plan(profile)
    for point in profile.points:
        register = point.wire
        assert isinstance(register, Register)
        request, at = _found(requests, register)
        own = _addresses(request)[at.offset : at.offset + at.length]
        if at.bit is None:
            assert own == _addresses(Request(register.table, register.address, register.words, (), request.why)), point.name
        else:
            assert own[0] >> at.bit & 1 == register.address % 2, point.name


def _addresses(request: Request) -> bytes:
    """The answer of a device whose registers hold their own addresses."""
    addresses = range(request.address, request.end)
    if request.is_bits:
        return sum(address % 2 << place for place, address in enumerate(addresses)).to_bytes(request.payload_bytes, "little")
    return b"".join(address.to_bytes(2, "big") for address in addresses)


def _found(requests: tuple[Request, ...], register: Register) -> tuple[Request, Place]:
    ((request, at),) = [(request, at) for request in requests if (at := place(str(request), register))]
    return request, at
