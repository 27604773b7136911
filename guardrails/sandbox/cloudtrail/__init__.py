"""CloudTrail: trails, and whether they can deliver.

trails         trails made, changed, started and stopped, refused where AWS refuses
selectors      what a trail records, and the unusual rates that it looks for
destinations   the bucket and the key that a trail delivers to, in whichever accounts they are
"""
