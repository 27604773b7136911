"""What goes wrong on purpose: for tests, and to rehearse it.

    rules        a fault: what it strikes, how often, for how long
    standing     the faults that are in force now
    errors       the error that a service gives for each kind of fault
    injection    where a call meets the faults, before and after its work is done

Everything is reproducible: whether a fault strikes follows from its seed and from how often the operation was called before.
"""
