"""The English question frame of the paper's VQA perplexity; the content stays Japanese."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="vqa_en",
    title="Question and answer in English, as published for VQA",
    language="en",
    with_input=(
        "Write a response to answer the following question.\n\n"
        "### Question:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
    ),
    without_input=(
        "Write a response to answer the following question.\n\n### Question:\n{instruction}\n\n### Response:\n"
    ),
    stop=("\n\n###",),
    source="retarfi/jallm, templates/vqa.json",
)
