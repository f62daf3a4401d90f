"""Who may do what: a key has one role, a role has scopes."""

from __future__ import annotations

import enum


class Role(enum.StrEnum):
    """What a key is for."""

    CREATOR = "creator"
    GUARDIAN = "guardian"
    RIGHTS_HOLDER = "rights_holder"
    REVIEWER = "reviewer"
    LEAD_REVIEWER = "lead_reviewer"
    CHILD_SAFETY = "child_safety"
    AUDITOR = "auditor"
    POLICY_EDITOR = "policy_editor"
    ADMIN = "admin"


ACCOUNT_HOLDERS = frozenset({Role.CREATOR, Role.GUARDIAN, Role.RIGHTS_HOLDER})
"""Roles that act for themselves; all others act for the operator."""

# Everyone reads the own account and its decisions, keeps the own keys, and may complain and appeal.
_EVERYONE = frozenset(
    {
        "account:read",
        "keys:read",
        "keys:write",
        "decisions:read",
        "appeals:read",
        "appeals:write",
        "reports:write",
        "notices:write",
        "moderations:write",
        "provenance:write",
    }
)
_WEBHOOKS = {"webhooks:read", "webhooks:write"}
_REVIEW = _EVERYONE | {"review:read", "review:write", "policies:read"}

SCOPES: dict[Role, frozenset[str]] = {
    Role.CREATOR: _EVERYONE
    | _WEBHOOKS
    | {
        "videos:read",
        "videos:write",
        "cameos:read",
        "cameos:write",
        "consents:write",
        "social:read",
        "social:write",
    },
    Role.GUARDIAN: _EVERYONE
    | _WEBHOOKS
    | {"guardian:read", "guardian:write", "cameos:read", "consents:write"},
    Role.RIGHTS_HOLDER: _EVERYONE | _WEBHOOKS | {"optouts:read", "optouts:write"},
    Role.REVIEWER: _REVIEW,
    Role.LEAD_REVIEWER: _REVIEW | {"review:manage"},
    Role.CHILD_SAFETY: _EVERYONE | {"sealed:export"},
    Role.AUDITOR: _EVERYONE | {"audit:read", "policies:read"},
    Role.POLICY_EDITOR: _EVERYONE | {"policies:read", "policies:write"},
}
_ADMINISTRATION = {"accounts:read", "accounts:write", "keys:manage", "optouts:verify"}
# Sealed media are opened by `child_safety` alone, whoever administers.
SCOPES[Role.ADMIN] = (frozenset().union(*SCOPES.values()) | _ADMINISTRATION) - {"sealed:export"}
EVERY_SCOPE = SCOPES[Role.ADMIN] | SCOPES[Role.CHILD_SAFETY]


def scopes_of(role: Role, narrowed_to: frozenset[str] | None) -> frozenset[str]:
    """Return the scopes of a key: its role's, or those among them that it was narrowed to."""
    return SCOPES[role] if narrowed_to is None else SCOPES[role] & narrowed_to
