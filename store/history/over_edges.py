"""Queries over the intervals between edges: DuckDB sees the edges as a table."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

EdgeTable = dict[str, NDArray[np.int64]]


def edge_columns(edges_ns: Sequence[int]) -> EdgeTable:
    """Number and beginning of each interval."""
    return {"slot": np.arange(len(edges_ns) - 1, dtype=np.int64), "edge_ns": np.array(edges_ns[:-1], dtype=np.int64)}


# DuckDB's type stands in quotes here and elsewhere: one kept in a live annotation outlives its module at exit, and it complains of leaks.


def over_edges(cursor: "duckdb.DuckDBPyConnection", query: str, edges: EdgeTable, asked: list[int]) -> list[tuple[Any, ...]]:
    """Rows of a query that names the table ``edges``; DuckDB finds it by its name in this frame."""
    return cursor.execute(query, asked).fetchall()
