"""The exceptions a Modbus device answers with (Modbus Application Protocol V1.1b3 §7)."""

from enum import IntEnum


class ExceptionCode(IntEnum):
    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
    NO_RESPONSE_BEHIND_GATEWAY = 0x0B
