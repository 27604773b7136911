"""AWS Organizations: the organization, what is in it, and who may administer what.

organization               the organization itself, what every operation asks of it, and who may call what
tree                       the root, the OUs and the accounts, found in constant time
organizational_units       the root and the OUs
accounts                   accounts described, listed, moved, closed, removed
account_creation           accounts asked for and made
placement                  who is told when an account gets, changes or loses its place
policies                   policies written, changed, deleted, listed
policy_types               policy types enabled and disabled in the root
policy_targets             the record of what hangs where
policy_attachments         policies attached and detached, within AWS's limits
tagging                    tags of accounts, OUs, roots and policies
trusted_access             which AWS services may act in the organization's accounts
delegated_administrators   member accounts that administer a service for the whole organization
service_administration     the administrators of a security service, region by region
"""
