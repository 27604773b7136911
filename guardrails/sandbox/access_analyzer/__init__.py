"""IAM Access Analyzer: analyzers of an account or of the whole organization. What they would find is not analyzed; findings are refused.

analyzers       analyzers made, changed, deleted; those of the organization while their account may administer it
archive_rules   which findings of an analyzer are archived
service         all of it, put in front of moto
"""
