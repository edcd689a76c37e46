"""A PostgreSQL server of the tests' own: a throw-away cluster on a Unix socket, no port taken."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

START_WITHIN_S = 60


def missing() -> str | None:
    """What is not installed here, or None when a server can be run."""
    if _binaries() is None:
        return "PostgreSQL's server (initdb, postgres)"
    if importlib.util.find_spec("psycopg") is None:
        return "the driver (pip install 'guanjia[postgresql]')"
    return None


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def server() -> Iterator[str]:
    """URL of the cluster's own database; connects as its superuser."""
    binaries = _binaries()
    assert binaries is not None
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        shutil.chown(directory, user)
    data = directory / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"],
        user=user,
        check=True,
        capture_output=True,
        cwd=directory,
    )
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={directory}", "-c", "fsync=off"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([binaries / "postgres", "-D", data, *options], user=user, stderr=log, stdout=log, cwd=directory)
    url = f"postgresql://postgres@/postgres?host={directory}"
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(START_WITHIN_S)
        shutil.rmtree(directory)


def _wait(url: str) -> None:
    engine = admin(url)
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            with engine.connect():
                break
        except sa.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    engine.dispose()


def admin(url: str) -> sa.Engine:
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(address, isolation_level="AUTOCOMMIT")


@contextmanager
def new_schema(server_url: str, name: str) -> Iterator[str]:
    """URL of an empty schema of its own: as good as a database of its own for a journal, and a tenth of the work for the server."""
    engine = admin(server_url)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
    yield sa.make_url(server_url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
    engine.dispose()
