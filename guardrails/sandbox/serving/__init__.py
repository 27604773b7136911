"""How one request to the sandbox is served; every subject builds on this, and it knows none of them.

calls                a request read from HTTP: service, operation, region, caller, parameters
callers              who a request comes from: access key -> account and principal
required_members     whether a call has what its operation requires
operations           the register of operations that the sandbox answers itself, before moto is asked
moto_services        what moto answers
paging               lists given out page by page
regions              the Regions that every account has
refusals             an AWS error, written the way the service's protocol writes errors
defects              broken code, told plainly and with its traceback in the log
refused_operations   services of which nothing is left to moto
lifecycle            what a reset forgets, and what ends with the sandbox
endpoint             where the sandbox answers
ongoing              what is left to do of earlier requests, done before the next one
backends             moto's store of an account, found in constant time
turn                 one request at a time
"""
