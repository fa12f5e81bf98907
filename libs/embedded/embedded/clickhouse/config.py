"""The engine's own configuration, small enough for a laptop, and its folders."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

EMPTY = "empty"
SPOOL = "spool"
_SPILL = "spill"

_MB = 1024 * 1024
# Bytes and threads. A server's defaults: 90 % of the memory, a mark cache of 5 GB, 16 merging threads.
_SETTINGS: Mapping[str, int] = {
    "max_server_memory_usage": 600 * _MB,
    "mark_cache_size": 16 * _MB,
    "index_mark_cache_size": 4 * _MB,
    "uncompressed_cache_size": 0,
    "index_uncompressed_cache_size": 0,
    "mmap_cache_size": 100,
    "compiled_expression_cache_size": 4 * _MB,
    "compiled_expression_cache_elements_size": 100,
    "primary_index_cache_size": 16 * _MB,
    "background_pool_size": 2,
    "background_merges_mutations_concurrency_ratio": 1,
    "background_move_pool_size": 1,
    "background_fetches_pool_size": 1,
    "background_common_pool_size": 1,
    "background_schedule_pool_size": 2,
    "background_buffer_flush_schedule_pool_size": 1,
    "background_message_broker_schedule_pool_size": 1,
    "background_distributed_schedule_pool_size": 1,
    "max_thread_pool_free_size": 8,
}


def prepare(folder: Path) -> Path:
    """Make the folders below `folder`, emptied of what a killed process left, and write the configuration file."""
    for name in (EMPTY, SPOOL, _SPILL):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    root = ElementTree.Element("clickhouse")
    for name, value in {**_SETTINGS, "tmp_path": f"{folder / _SPILL}/"}.items():
        ElementTree.SubElement(root, name).text = str(value)
    file = folder / "config.xml"
    ElementTree.ElementTree(root).write(file, encoding="utf-8")
    return file
