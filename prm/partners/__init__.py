"""Partners: reseller companies as one vendor knows them.

Partnership: the company in the eyes of one vendor: name, type, status, region, channel manager,
external ids. Everything a vendor enters or sees of a reseller hangs here. The company's own account
is accounts.Partner, which a partnership links to once its people sign in.
"""
