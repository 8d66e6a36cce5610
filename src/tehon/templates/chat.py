"""The tokenizer's own chat template, whatever it is."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="chat",
    title="the tokenizer's own chat template",
    language="und",
    kind="chat",
    source="the model's tokenizer_config.json or chat_template.jinja",
)
