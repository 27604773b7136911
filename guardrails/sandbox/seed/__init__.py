"""What a sandbox begins with.

laying       the seeds by name, and the small ones
population   any number of member accounts on top, spread over nested OUs
"""
