"""Lists as each person keeps them: saved views."""
