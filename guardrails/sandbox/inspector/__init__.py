"""Amazon Inspector: which scans are on in which account and region, and for the whole organization.

refusals                     Inspector's errors
scans                        the record of scans, and of who administers Inspector for whom
accounts                     scans switched on and off, by an account for itself or by its administrator
organization_configuration   a region's delegated administrator, and what is switched on for new members
members                      an administrator's members
scan_configuration           how EC2 instances are scanned
service                      all of it, put in front of moto
"""
