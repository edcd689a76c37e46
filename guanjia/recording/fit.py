"""Whether a recording belongs to a site: the same site, every device known, the same columns in the same order."""

from collections.abc import Iterator
from difflib import get_close_matches

from guanjia.recording.errors import WrongSite
from guanjia.recording.layout import Header, Spoken
from model.site import Device, Site

_SHOWN = 5


def header_of(site: Site, start_ns: int, end_ns: int, origin: str) -> Header:
    devices = tuple(Spoken(device.id, tuple(point.name for point in device.points)) for device in site.devices.values())
    return Header(site.id, str(site.timezone), start_ns, end_ns, origin, devices)


def check_fit(header: Header, site: Site) -> None:
    """Raises WrongSite with everything that does not fit."""
    if header.site != site.id:
        raise WrongSite(f"the recording is of site '{header.site}', not of '{site.id}': give its own site file")
    wrong = [words for spoken in header.devices for words in _misfits(spoken, site)]
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise WrongSite("the site has changed since the recording was made:\n  " + "\n  ".join(wrong[:_SHOWN]) + more)


def _misfits(spoken: Spoken, site: Site) -> Iterator[str]:
    device = site.devices.get(spoken.device)
    if device is None:
        near = get_close_matches(spoken.device, site.devices, 1)
        yield f"unknown device '{spoken.device}'" + (f"; did you mean '{near[0]}'?" if near else "")
    elif (names := tuple(point.name for point in device.points)) != spoken.columns:
        yield f"device '{spoken.device}': {_difference(spoken.columns, names, device)}"


def _difference(recorded: tuple[str, ...], names: tuple[str, ...], device: Device) -> str:
    gone = [name for name in recorded if name not in names]
    new = [name for name in names if name not in recorded]
    if gone:
        return f"its profile '{device.profile.id}' has no point '{gone[0]}' any more"
    if new:
        return f"its profile '{device.profile.id}' has a point '{new[0]}' that was not recorded"
    return f"its profile '{device.profile.id}' has its points in another order"
