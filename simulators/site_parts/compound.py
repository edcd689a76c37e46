"""What the systems of a compound are built with: its size, its devices, and what feeds what."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Upper left corner, width and height on the site plan."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class AreaPart:
    id: str
    name: Words
    kind: str
    plan: Plan | None = None
    households: int = 0
    floors: int = 0


@dataclass(slots=True)
class DevicePart:
    """A device of the site file. ``socket`` names what it listens on: devices with the same one are units behind one gateway."""

    id: str
    name: Words
    system: str
    area: str
    profile: str
    every: str = ""
    socket: str = ""
    unit: int = 1
    topic: str = ""
    values: dict[str, str] = field(default_factory=dict)
    feeds: list[str] = field(default_factory=list)
    params: dict[str, float] = field(default_factory=dict)
    metering: dict[str, str] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of the compound there is."""

    blocks: tuple[int, ...]
    substations: tuple[int, ...]
    is_whole: bool
    chargers: int

    @classmethod
    def whole(cls) -> "Scope":
        return cls(tuple(range(1, 15)), (1, 2), True, 60)

    @classmethod
    def small(cls) -> "Scope":
        """Two blocks on the second substation: about 40 devices of every system."""
        return cls((7, 8), (2,), False, 5)


@dataclass(slots=True)
class Compound:
    """Devices in the order of the file. With a ``prefix`` several compounds share one site."""

    scope: Scope
    prefix: str = ""
    district_zh: str = ""
    district_en: str = ""
    areas: list[AreaPart] = field(default_factory=list)
    devices: list[DevicePart] = field(default_factory=list)

    def area_id(self, area: str) -> str:
        return f"{self.prefix}{area}"

    def words(self, zh: str, en: str) -> Words:
        return Words(self.district_zh + zh, f"{self.district_en} {en}".strip())

    def add(self, device: DevicePart, fed_by: str = "") -> DevicePart:
        """Put a device in, behind the feeder that gives it power. A device without a gateway of its own listens for itself."""
        device.name = self.words(device.name.zh, device.name.en)
        device.area = self.area_id(device.area)
        device.id = self._named(device.id)
        if device.topic:
            device.topic = f"{self.prefix}/{device.topic}".strip("/")
        elif not device.values:
            device.socket = self._named(device.socket) if device.socket else device.id
        self.devices.append(device)
        if fed_by:
            self.device(fed_by).feeds.append(device.id)
        return device

    def device(self, device_id: str) -> DevicePart:
        named = self._named(device_id)
        return next(device for device in self.devices if device.id == named)

    def feed(self, feeder: str, device_id: str) -> None:
        """A second supply of a device that is already there (automatic transfer)."""
        self.device(feeder).feeds.append(self._named(device_id))

    def _named(self, device_id: str) -> str:
        return f"{self.prefix}.{device_id}" if self.prefix else device_id
