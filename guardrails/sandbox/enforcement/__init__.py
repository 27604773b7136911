"""Every call judged by the organization's service and resource control policies, when the sandbox enforces them.

    action_names      a call -> the IAM actions it needs (tables)
    resource_arns     a call -> the ARNs of the resources it names (tables)
    context_keys      a call -> the condition keys of its services
    live_resources    what only the live account knows of a resource: its real ARN, owner and tags
    questions         all of this together: a call -> what is asked of the judge
    judge             a request -> what denies it: the organization's policies, through `guardrails.iam`
    denials           what denies it -> AWS's own refusal
    resource_actions  a CloudFormation resource type and its properties -> the IAM actions that making it takes
    principals        who acts: the caller, or the role in which CloudFormation works
    gate              the switch; where calls and CloudFormation's resources are let through or refused

Bound are the principals of member accounts, root users included. Not bound are the management account's principals,
service-linked roles, and AWS services that act for themselves: what they do never passes through here.
"""
