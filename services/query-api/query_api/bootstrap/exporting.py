"""Wires exports."""

from query_api.adapters.sheets import XlsxSheets
from query_api.bootstrap.stores import Stores
from query_api.ports.exporting import Exporting
from query_api.settings import QuerySettings


def exporting_of(settings: QuerySettings, stores: Stores) -> Exporting:
    return Exporting(sheets=XlsxSheets())
