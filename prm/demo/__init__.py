"""The demonstration world: two vendors, their partners, and two years of made-up history.

Made through the services, as people and files would have made it, with the clock set to each
moment; the same seed and the same day give the same world, save ids, codes and keys.
"""
