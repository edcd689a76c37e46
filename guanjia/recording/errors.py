"""What can be wrong with a recording.

::

    RecordingError       what whoever asked is told
    ├── NotARecording    some other file
    ├── WrongVersion     written by a version of the product that this one can't follow
    ├── Truncated        its end is missing
    ├── Damaged          it was changed after it was written
    └── WrongSite        whole, but of another site, or of devices this site does not have
"""


class RecordingError(Exception):
    """A recording can't be used; the message says why and what to do."""


class NotARecording(RecordingError):
    pass


class WrongVersion(RecordingError):
    pass


class Truncated(RecordingError):
    pass


class Damaged(RecordingError):
    pass


class WrongSite(RecordingError):
    pass
