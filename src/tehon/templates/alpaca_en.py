"""The English Alpaca frame that Instruct LLaMA was tuned with."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="alpaca_en",
    title="Alpaca in English, as published for Instruct LLaMA",
    language="en",
    with_input=(
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        "Write a response that appropriately completes the request.\n\n"
        "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
    ),
    without_input=(
        "Below is an instruction that describes a task. "
        "Write a response that appropriately completes the request.\n\n"
        "### Instruction:\n{instruction}\n\n### Response:\n"
    ),
    stop=("\n\n###",),
    source="retarfi/jallm, templates/alpaca.json; first in tatsu-lab/stanford_alpaca",
)
