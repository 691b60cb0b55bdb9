"""Marketing: assets with versions, in typed campaigns, and their use by partners.

Usage event: viewed or downloaded: who, which partnership, which version, when. It is a fact that
attribution reads; only the usage table may be written by a GET.
"""
