"""Services inside one account, where moto falls short of AWS; everything else about them is moto's.

aws_managed_policies   IAM: AWS managed policies exist in every account
protected_roles        IAM: roles that a service keeps in an account
service_linked_roles   IAM: the names of roles linked to a service, and one of each
trust_policies         IAM: whom a role trusts
session_policies       STS: what limits a session of a role
session_tags           STS: tags and source identity of sessions
sts                    STS: who may assume which role, and other temporary credentials
root_access            IAM: central root access in the organization
root_sessions          STS: sessions of a member's root, each for one task
root_credentials       IAM: the password of a member's root
account_aliases        IAM: the alias of an account
account_management     Account Management: contacts, of a member too
account_regions        Account Management: Regions opted in to
resource_sharing       RAM: sharing within the organization
public_buckets         S3: block public access
s3_policies            S3: block public access of a whole account, as the organization's policies say
bucket_replication     S3: where a bucket replicates to
service_settings       Systems Manager: settings of an account and Region
kms                    KMS: rotation periods, and symmetric keys at no cost
ec2/                   EC2: what is set once for an account and region
logs                   CloudWatch Logs: the key of a log group that exists, metric filters put again
s3                     S3: the default retention of a bucket, where access logs may go
service_permissions    whether a resource policy lets an AWS service act on the resource
delivery               the buckets and keys, in whichever accounts, that services deliver to
"""
