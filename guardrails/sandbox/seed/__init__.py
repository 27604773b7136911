"""What a sandbox begins with.

laying       the seeds by name, and the small ones
brownfield   an organization that people have lived in
clients      boto3 clients that speak to the sandbox before it listens
population   any number of member accounts on top, spread over nested OUs
"""
