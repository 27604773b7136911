"""EC2: what is set once for an account and region, by the account itself or by the organization's policies.

declarative_policies      what the organization's EC2 policies set in an account
attributes                the values that accounts have set
public_sharing            snapshots and images: block public access
ebs_encryption            volumes: encryption by default, and its key
instance_metadata         instances: the defaults of their metadata service
serial_console            instances: access to the serial console
allowed_images            images: which may be launched
public_images             images: those that Amazon publishes
vpc_block_public_access   VPCs: internet gateways blocked
default_vpcs              VPCs: the one that every account has in a Region, and what keeps one from being deleted
available_regions         the Regions that an account has
launching                 volumes and instances that get these defaults

moto's EC2 takes a second to import: modules import it inside functions, when it is first needed.
"""
