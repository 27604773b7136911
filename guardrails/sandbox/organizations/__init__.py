"""AWS Organizations: the organization, what is in it, and who may administer what.

service                    every operation, and a plain refusal of those that the sandbox does not have
founding                   the organization made, described, ended
organization               what every operation asks of the organization, and how it refuses
authority                  who may call what
delegation_policy          what the organization's resource policy grants to member accounts
resource_policy            that policy put, described, deleted
tree                       the root, the OUs and the accounts, found in constant time
organizational_units       the root and the OUs
accounts                   accounts described, listed, moved
account_closing            accounts closed
account_departure          accounts removed, or leaving by themselves
account_information        the names and e-mail addresses of accounts (the account service)
handshakes                 none, and none found
account_creation           accounts asked for and made
placement                  who is told when an account gets, changes or loses its place
policies                   policies written, changed, deleted, listed
policy_content             the size and grammar of a policy's text
effective_policies         what the policies of a type come to for an account
policy_types               policy types enabled and disabled in the root
policy_targets             the record of what hangs where
policy_attachments         policies attached and detached, within AWS's limits
tagging                    tags of accounts, OUs, roots and policies
trusted_access             which AWS services may act in the organization's accounts
delegated_administrators   member accounts that administer a service for the whole organization
service_administration     the administrators of a security service, region by region
"""
