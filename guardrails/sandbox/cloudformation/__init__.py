"""CloudFormation: stacks that really make resources, and stack sets that really make stacks.

service               the operations that there are, and a plain refusal for all the others
stacks                plain stacks created, updated, deleted
stack_protection      termination protection and stack policies
stack_policies        which updates a stack policy allows
stack_rollbacks       failed stacks rolled back on request
stack_views           plain stacks described and listed
change_sets           change sets made, executed, deleted
change_set_views      change sets described and listed
change_set_records    what is remembered of change sets
stack_changes         what an update would do, worked out without doing it
actual_state          what a resource really is, for drift-aware change sets
stack_updates         a stack brought to another template; everything put back on a failure
stack_deployment      what a stack holds created and deleted, in order
stack_authorization   whether policies let CloudFormation work on a resource
stack_drift           plain stacks checked for drift, and what was found
stack_resources       the resources of a stack, one at a time
custom_resources      what the provider of a custom resource is asked, and what it answers
response_urls         where it puts its answer
stack_outputs         the outputs of a stack, exported ones among them
operation_events      the events of operations, and what validation found in a change set
template_views        templates given back and summarized
account_limits        quotas of an account
exports               exports and imports listed
stack_parameters      the parameters of a stack
stack_records         what is remembered of stacks
parameter_sources     parameters whose values stand in Parameter Store, or are ids of existing resources
dynamic_references    parameters and secrets referred to in properties
template_problems     what keeps a text from being a template
condition_problems    what keeps its conditions from being worked out
templates             templates: text to a checked `Template`
template_urls         templates and lists that a request points to, read from the sandbox's S3
intrinsics            intrinsic functions and pseudo parameters
drift                 whether a resource still is what its stack made it
property_differences  how live properties differ from expected ones
resource_schemas      what CloudFormation's registry says about a resource type
request_constraints   requests checked against what the API says of their members
pages                 lists given out page by page
service_calls         how a resource type asks one of the sandbox's own services
resource_types/       the resource types that are implemented, one file per AWS service
stack_sets/           service-managed stack sets
"""
