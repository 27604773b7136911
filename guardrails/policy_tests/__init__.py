"""tests/guardrails/*.yaml: what must stay denied, and what must stay possible, asked of the organization that the files compile to.

shapes      one test, what may stand in its file, and the JSON Schema for editors
loading     the files -> tests, or every problem of every file
expressions the {{ expressions }} of a test, evaluated for an account and a region
principals  the principals of an account, by the words that stand for several
likeness    accounts that nothing tells apart are asked once for all of them
asking      a test's questions, each of them really decided
verdicts    whether a decision is what a test expects, and if not, why
examples    the examples of policy files, as results of the same kind
results     what became of a test
told        results in words, and as JSON-shaped data
junit       results as JUnit XML, as continuous integration reads it
"""
