"""Every call judged by every policy that has a say in it, when the sandbox enforces them: the organization's, IAM's, the resource's.

    action_names      a call -> the IAM actions it needs (tables)
    resource_arns     a call -> the ARNs of the resources it names (tables)
    context_keys      a call -> the condition keys of its services
    live_resources    what only the live account knows of a resource: its real ARN, owner and tags
    questions         all of this together: a call -> what is asked of the judge
    principal_policies  who acts -> its identity policies, permissions boundary and session policies
    documents         policy documents as the services hold them, made ready once
    resource_policies   the resource that is named -> its own policy, where the sandbox holds it
    widening            an Allow for a resource of which the sandbox does not know the whole ARN
    judge             a request -> what denies it, through `guardrails.iam`
    denials           what denies it -> AWS's own refusal
    resource_actions  a CloudFormation resource type and its properties -> the IAM actions that making it takes
    principals        who acts: the caller, or the role in which CloudFormation works
    gate              the switch; where calls and CloudFormation's resources are let through or refused

The organization's policies bind the principals of member accounts, root users included, and not the management account's; IAM's bind
users and roles everywhere, and no root user. Service-linked roles are bound by neither, nor are AWS services that act for themselves:
what they do never passes through here.

What the sandbox does not know it does not guess. An Allow that may name the resource is taken to name it (widening). What hangs on a
condition key that the sandbox does not fill in is refused as `NotImplemented`, by the key's name, where nothing else allows; a Deny
under such a key denies as if the request lacked it.
"""
