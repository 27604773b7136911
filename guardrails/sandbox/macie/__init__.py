"""Amazon Macie, of one account and of the whole organization. Invitations are refused: the organization has no need of them.

refusals                     Macie's errors
sessions                     the record of where Macie is on, and of who administers it for whom
accounts                     Macie switched on, suspended, switched off by an account for itself
members                      an administrator's members
organization_configuration   a region's delegated administrator, and whether new accounts get Macie
automated_discovery          automated sensitive data discovery, of an account or the organization's
service                      all of it, put in front of moto
"""
