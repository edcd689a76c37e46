"""The recording that a scenario is played over, in place of simulated devices."""

from pathlib import Path

from guanjia.config.document import Document
from guanjia.config.scenario_schema import HeadFile
from guanjia.recording.errors import RecordingError
from guanjia.recording.fit import check_fit
from guanjia.recording.reader import RecordingReader
from model.mistake import Mistake
from model.site import Site


def recording_of(head: HeadFile, document: Document, folder: Path, whole: Site, start_ns: int, mistakes: list[Mistake]) -> str:
    """Its path, or nothing where the devices are simulated; what is wrong with it is added to the mistakes."""
    if head.recording is None:
        return ""
    file = folder / head.recording
    try:
        with file.open("rb") as stream:
            header = RecordingReader(stream).header
        check_fit(header, whole)
    except OSError as error:
        reason = f"'{head.recording}' can't be read: {error.strerror}; name a recording, as seen from here"
        mistakes.append(document.mistake(("recording",), reason))
        return ""
    except RecordingError as error:
        mistakes.append(document.mistake(("recording",), str(error)))
        return ""
    if not header.start_ns <= start_ns - head.warm_up < start_ns + head.length <= header.end_ns:
        reason = "the recording does not reach from the beginning of the warm-up to the end: mind 'start', 'warm_up' and 'length'"
        mistakes.append(document.mistake(("start",), reason))
    return str(file)
