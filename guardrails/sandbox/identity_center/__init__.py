"""IAM Identity Center: who may enter which account, and as what.

instances                     the organization instance, in its home region
access_control_attributes     attributes of users that become session tags
identity_store                the identity store
groups                        its groups
users                         its users
group_memberships             who is in which group
permission_sets               permission sets
permission_set_policies       what they allow: policies, references to policies, boundary
permission_set_tags           their tags
permission_set_versions       which state of a permission set an account has
reserved_roles                the roles that permission sets become in accounts
assignment_requests           assignments on their way
account_assignments           who may enter which account with which permission set
permission_set_provisioning   permission sets brought up to date in accounts
"""
