"""The generic half: resources, catalogue, observation, plan, safety, run, journal. Knows no AWS service and no YAML.

resource   what one AWS object is, desired or live; references, late values, the directory of names and ids
port       what the engine asks of AWS: a reader that cannot write, and a writer
catalog    a plugin folder, read as a registry
observe    desired resources -> what is really there, and what could not be seen
unseen     what cannot be said because something could not be seen
plan       desired + observed -> changes, with a digest that ties review to apply
safety     limits that a plan may not cross unaccepted
run        a plan -> outcomes, in dependency order, side by side where nothing forbids it
journal    what was done, by whom, when: history, never input to a decision
"""
