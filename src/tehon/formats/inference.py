"""How training examples ask whether a premise entails a hypothesis, contradicts it, or neither.

The label words are those of the harness's later versions, `含意`, `矛盾`, `中立`; the wordings are our own, so that a
model tuned on them has not seen an evaluation's prompt.
"""

NAMES = ("前提", "仮説")
WORDS = {"entailment": "含意", "contradiction": "矛盾", "neutral": "中立"}
WORDINGS = (
    "前提と仮説の関係を、「含意」「矛盾」「中立」のどれか一つで答えてください。",
    "前提が正しいとき、仮説は必ず正しい（含意）、正しいはずがない（矛盾）、どちらとも言えない（中立）のどれですか。",
    "前提から仮説が導けるなら「含意」、両立しないなら「矛盾」、どちらでもないなら「中立」と答えてください。",
)
