"""AWS Config, of one account and of the whole organization.

refusals                         AWS Config's errors, moto's among them, and how it pages
recorders                        the one recorder of an account and region, with its recording mode
delivery_channels                where it delivers to, when it may
organization_access              who may configure the organization
aggregators                      what several accounts and regions, or the organization, are looked at through
tagging                          tags of what is deployed to the organization
config_rules                     rules of an account; those that a service owns are left alone
organization_deployments         what is deployed to every account of the organization, and how far it has come
organization_config_rules        rules in every account of the organization
conformance_pack_templates       the templates of conformance packs
conformance_packs                packs of rules in an account
organization_conformance_packs   packs of rules in every account of the organization
service                          all of it, put in front of moto
"""
