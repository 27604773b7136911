"""Service-managed stack sets of CloudFormation.

sets              stack sets created, deleted, looked at
set_updates       stack sets updated
definitions       what the requests that define a set have in common
instances         their instances: created, updated, deleted, looked at
overrides         the parameter values that instances have instead of their set's
operations        their operations: started, stopped, looked at
administration    who administers them
targeting         which accounts an operation reaches
auto_deployment   accounts that come under a target OU, or leave it
dependencies      sets that deploy by themselves only after others
drift_detection   their stacks checked for drift
drift             what such a check is, and what it found
execution         what an operation does in one account and region
instance_gate     what stands before the work on an instance: faults, and policies when they are enforced
progress          how operations go on, batch by batch within the failure tolerance
records           what is remembered of sets, instances and operations
"""
