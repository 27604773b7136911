"""GuardDuty, of one account and of the whole organization.

detectors                    one detector per account and region, with its protection plans
membership                   the record of who administers GuardDuty for whom
organization_configuration   a region's delegated administrator, and what it switches on for members
"""
