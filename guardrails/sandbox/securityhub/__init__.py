"""Security Hub CSPM, of one account and of the whole organization. Security Hub's second generation (the V2 operations) is refused.

refusals                            Security Hub's errors
hubs                                the record of where Security Hub is on, and of the standards enabled there
administration                      the record of who administers Security Hub for whom, per region, and of central configuration
accounts                            Security Hub switched on, changed, switched off by an account for itself
standards                           the standards that there are, enabled and disabled
controls                            controls of standards, on or off
members                             an administrator's members
organization_configuration          a region's delegated administrator, and local or central configuration
finding_aggregators                 cross-Region aggregation: the home Region and the linked ones
central_configuration               which configuration holds for whom, and making it hold
configuration_policies              central configuration's policies
configuration_policy_associations   who is configured by which policy, directly or by inheritance
tagging                             tags of hubs and configuration policies
service                             all of it, put in front of moto
"""
