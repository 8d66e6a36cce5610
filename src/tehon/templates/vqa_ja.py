"""The Japanese question frame of the paper's VQA perplexity."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="vqa_ja",
    title="Question and answer in Japanese, as published for VQA",
    language="ja",
    with_input=(
        "以下の質問に答える返答を書いてください。\n\n### 質問:\n{instruction}\n\n### 入力:\n{input}\n\n### 返答:\n"
    ),
    without_input="以下の質問に答える返答を書いてください。\n\n### 質問:\n{instruction}\n\n### 返答:\n",
    stop=("\n\n###",),
    source="retarfi/jallm, templates/vqa_japanese.json",
)
