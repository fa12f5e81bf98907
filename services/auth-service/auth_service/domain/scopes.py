"""What is asked of TikTok, what a partial consent loses, and which profile fields it still allows."""

from collections.abc import Collection

from common.catalog import SCOPES, Grain, catalog

# What a person needs to see to tell one account from another.
SHOWN_FIELDS = ("username", "display_name", "profile_image", "is_business_account")


def missing_scopes(granted: Collection[str]) -> tuple[str, ...]:
    return tuple(scope for scope in SCOPES if scope not in granted)


def shown_fields(granted: Collection[str]) -> tuple[str, ...]:
    """The profile fields worth showing that `granted` allows to ask for."""
    scope_of = {field.name: field.scope for field in catalog().fields_of(Grain.PROFILE)}
    return tuple(name for name in SHOWN_FIELDS if scope_of[name] in granted)
