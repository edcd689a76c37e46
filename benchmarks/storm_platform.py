"""The platform of ``benchmarks.storm``: ``guanjia run`` with a fast source in place of its devices.

usage: python -m benchmarks.storm_platform FOLDER PORT BROKEN
"""

import sys
from functools import partial
from pathlib import Path

from guanjia.no_pauses import without_pauses


def main() -> None:
    folder, port, broken = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with without_pauses():  # as ``guanjia run`` loads its code
        from benchmarks.storm_source import Source
        from guanjia.commands.serving import serve
        from guanjia.commands.words import configuration
        from guanjia.process import use_logs
    use_logs(folder / "log")
    serve(configuration(folder / "site.yaml"), folder / "data", "127.0.0.1", port, read=partial(Source, broken=broken))


if __name__ == "__main__":
    main()
