"""Who may do what where, asked of an organization as it is declared, or as it is: no request is sent.

hierarchy       the accounts of an organization, and the policies on the way to each: what everything here is asked of
declared        the hierarchy that the compiled organization would make
permission_sets what a permission set lets its people do: its own policies, those of AWS that are known, and what is assumed
questions       one question, with names as people write them, and the request that it stands for
policies        what may have a say in a question, and the decision
answers         the answer: one decision for each kind of resource, as policies name them
resources       which resources policies name for an action
alternatives    what an answer would be, by the values of the keys that were not given
principals      who stands for everybody when nobody is named
actions         the actions that a pattern matches, and those that an intruder would want first
files           policies that are given as files
alike           answers that are alike, and how to call what they are about
words           decisions in words
text            one answer in full; tables, many; matrix, actions by accounts; json, all as data
"""
