"""`python -m guardrails` and the `guardrails` console script."""

from guardrails.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
