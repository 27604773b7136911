"""Lambda functions that really run: Python code, in a process of its own, with its execution role's credentials.

invoke                what `lambda:Invoke` answers
invocations           one invocation from end to end: role, credentials, environment, logs, what came out
execution_roles       whether Lambda may assume a function's role
addresses             functions found by name or ARN, and who may invoke them
deployment_packages   zip files: made of inline code, unpacked to run
processes             the sandbox's side of the processes: one forked for every invocation, within its time limit
zygote                the process that they are forked from, which has imported boto3 already
runtime               what happens in a forked process: the handler found and called
confinement           what a function may not do: reach anything but the sandbox, start other programs
cfnresponse           the module of this name that inline code may import

`zygote`, `runtime` and `confinement` are loaded by the processes that run functions and know nothing of the sandbox's
state; `cfnresponse` is only ever loaded by functions.
"""
