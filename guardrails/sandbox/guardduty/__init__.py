"""GuardDuty, of one account and of the whole organization.

refusals                     GuardDuty's one client error
membership                   the record of who administers GuardDuty for whom
protection_plans             the protection plans of a detector, and the older way to name them
detectors                    one detector per account and region, with its protection plans
enrolment                    what happens to an account that becomes a member
members                      an administrator's members, and their detectors
organization_policies        what policies of the organization say instead, and that nobody else changes it
policy_enrolment             what they say comes true
organization_configuration   a region's delegated administrator, and what it switches on for members
publishing_destinations      the bucket that a detector's findings are exported to
service                      all of it, put in front of moto
"""
