"""The Japanese Alpaca frame that Stormy was tuned with."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="alpaca_ja",
    title="Alpaca in Japanese, as published for Stormy",
    language="ja",
    with_input=(
        "以下はタスクを説明する指示とさらなる文脈を適用する入力の組み合わせです。"
        "要求を適切に満たすような返答を書いてください。\n\n"
        "### 指示:\n{instruction}\n\n### 入力:\n{input}\n\n### 返答:\n"
    ),
    without_input=(
        "以下はタスクを説明する指示です。要求を適切に満たすような返答を書いてください。\n\n"
        "### 指示:\n{instruction}\n\n### 返答:\n"
    ),
    stop=("\n\n###",),
    source="retarfi/jallm, templates/alpaca_japanese.json since commit 199ddce",
)
