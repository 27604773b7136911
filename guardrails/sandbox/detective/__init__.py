"""Amazon Detective: behavior graphs of accounts, and the organization's. Invitations, investigations and data are refused.

graphs                       behavior graphs, and the record of who administers Detective for whom
organization_configuration   a region's administrator with the organization's graph, and whether new accounts are its members
members                      the members of the organization's graph
service                      all of it
"""
