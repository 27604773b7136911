"""The policy language of AWS, offline. Imports nothing but the standard library and `guardrails.errors`.

document          a policy document: parse into statements, minify for AWS
grammar           what AWS would refuse in a document, and what it would take and never match
evaluate          service control policies along an account's path -> decision, with reasons
context           a request, and the condition keys that AWS fills in
condition_block   what all condition operators share: IfExists, set operators, missing keys
conditions/       the operators, one file per family
patterns          wildcards and policy variables
containment       whether one pattern, condition or statement certainly covers another
catalogue         AWS's actions and condition keys: a snapshot with its date; global_condition_keys, those of every service
narrowing         exempting principals from what a document denies
declarative_…     the same for declarative policies: their grammar; which keys and values each type has
inheritance       declarative policies along an account's path -> its effective policy
resource_control_services  which services resource control policies restrict
quotas            how large a policy may be, and how many a target takes
refusal           what is not understood is refused, never guessed
"""
