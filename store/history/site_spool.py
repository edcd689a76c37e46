"""The spool of a site, without any history behind it: a machine that only reads needs no more."""

from pathlib import Path

from model.clock import Clock
from model.site import Site, StoreConfig
from store.history.layout import columns_of
from store.history.spool import Spool, SpoolBounds
from store.history.thinning import thinning_of


def open_spool(config: StoreConfig, site: Site, directory: Path, clock: Clock, bounds: SpoolBounds | None = None) -> Spool:
    """``spool.sqlite`` under ``directory``, bounded and thinned as the site asks."""
    directory.mkdir(parents=True, exist_ok=True)
    bounds = bounds or SpoolBounds(max_bytes=config.spool_max_bytes, max_age_ns=config.spool_max_age_ns)
    return Spool(directory / "spool.sqlite", columns_of(site), clock, bounds, thinning_of(config, site))
