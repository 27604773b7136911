"""IAM Identity Center: who may enter which account, and as what.

instances                     the organization instance, in its home region
identity_store                groups of the identity store
permission_sets               permission sets, their policies and tags
permission_set_versions       which state of a permission set an account has
permission_set_provisioning   permission sets brought up to date in accounts
account_assignments           who may enter which account with which permission set
"""
