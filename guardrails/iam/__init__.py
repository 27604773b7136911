"""The policy language of AWS, offline: documents, evaluation, quotas. Imports nothing but the standard library and `guardrails.errors`."""
