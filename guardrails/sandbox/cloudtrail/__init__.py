"""CloudTrail: trails, and whether they can deliver.

trails         trails made, changed, started and stopped, refused where AWS refuses
event_data_stores  the event data stores of CloudTrail Lake
selectors      what a trail records, and the unusual rates that it looks for
destinations   the bucket and the key that a trail delivers to, in whichever accounts they are
"""
