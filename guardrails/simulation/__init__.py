"""Who may do what where, asked of an organization as it is declared, or as it is: no request is sent.

hierarchy       the accounts of an organization, and the policies on the way to each: what everything here is asked of
declared        the hierarchy that the compiled organization would make
permission_sets what a permission set lets its people do: its own policies, those of AWS that are known, and what is assumed
questions       one question, with names as people write them, and the request that it stands for
"""
