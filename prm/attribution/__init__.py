"""Attribution: what part of an order's revenue is credited to what a partner did before it.

Touch: a usage event, completion or certificate of the partnership inside the look-back window
before an order (before its deal closed, where it has one); derived, never typed in. Credit: the
part of an order a model gives to a touch. For every model the credits of an order sum to it
exactly, in minor units; what no touch earned is *unattributed* and is shown.
"""
