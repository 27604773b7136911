"""CloudFormation: stacks that really make resources, and stack sets that really make stacks.

service            the operations that there are, and a plain refusal for all the others
stacks             plain stacks created, updated, deleted, protected
stack_views        plain stacks described and listed
stack_deployment   a template carried out: resources in order, everything put back on a failure
stack_resources    the resources of a stack, one at a time
stack_parameters   the parameters of a stack
stack_records      what is remembered of stacks
templates          templates: text to a checked `Template`
template_urls      templates and lists that a request points to, read from the sandbox's S3
intrinsics         intrinsic functions and pseudo parameters
resource_schemas   what CloudFormation's registry says about a resource type
pages              lists given out page by page
resource_types/    the resource types that are implemented, one file per AWS service
stack_sets/        service-managed stack sets
"""
