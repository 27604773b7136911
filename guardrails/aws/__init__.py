"""The only package that speaks to AWS (boto3, botocore), and the only one that ever sees a ClientError.

connection   who we are, which organization this is, and whether we may work on it at all
sessions     credentials and clients: the management account's own, member accounts' by assuming a role
gateway      the port the engine asks for: a reader that cannot write, a writer, a count of every call
pacing       client-side token buckets, so that documented request rates are kept instead of collided with
failures     botocore's exceptions, said in ours
"""
