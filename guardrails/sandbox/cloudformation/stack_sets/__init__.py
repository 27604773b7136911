"""Service-managed stack sets of CloudFormation.

sets              stack sets created, updated, deleted, looked at
instances         their instances: created, updated, deleted, looked at
operations        their operations: started, looked at
targeting         which accounts an operation reaches
execution         an operation carried out in each account and region, within the failure tolerance
auto_deployment   accounts that come under a target OU, or leave it
records           what is remembered of sets, instances and operations
"""
