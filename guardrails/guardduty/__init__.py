"""GuardDuty: what its control and its resource type share.

protection_plans   the plans that AWS has, what each does besides, and how requests name them
policies           what an organization policy says of them
members            what the administrator's members lack, and how they get it
"""
