"""Whatever stands in a profile: it is refused with its mistakes, or it is read and takes any bytes.

A hundred profiles here; ``python -m tests.config.mutated`` goes on for as long as one likes and counts them.
"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.config.profile_file import LIBRARY, load_profile
from model.profile import Profile
from tests.config.mutated import noise, tried

POLLED = [profile for path in sorted(LIBRARY.glob("*.yaml")) if (profile := load_profile(path)).modbus]


@given(st.integers(0, 1 << 32))
def test_a_profile_is_refused_with_its_mistakes_or_can_be_read(seed: int) -> None:
    assert tried(seed) in ("refused", "read")


@pytest.mark.parametrize("profile", POLLED, ids=lambda profile: profile.id)
def test_no_registers_break_the_decoder_of_a_profile_and_what_is_no_number_says_so(profile: Profile) -> None:
    for seed in range(3):
        noise(profile, Random(seed))
