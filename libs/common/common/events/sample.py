"""The Sample Account: made-up figures that every workspace may look at, in a workspace that has no members.

Its data travels as any account's does. Nobody collects it, connects it or erases it.
"""

from uuid import UUID

# UUIDv7s of the first moment of 1970, which nobody draws.
SAMPLE_WORKSPACE_ID = UUID("00000000-0000-7000-8000-00005a3b1e00")
SAMPLE_ACCOUNT_ID = UUID("00000000-0000-7000-8000-00005a3b1e01")
