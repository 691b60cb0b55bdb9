"""First segments of the URL that are ours, and the form of those that are vendors'."""

SLUG = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
RESERVED = frozenset(
    {
        "accounts", "admin", "api", "content", "favicon", "healthz", "issuers", "metrics", "notifications",
        "readyz", "sent-mail", "start", "static", "vendors", "verify", "well-known",
    }
)  # fmt: skip
