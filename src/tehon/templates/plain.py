"""No frame at all: what continued pre-training leaves a model with."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="plain",
    title="No frame: a text and what follows it",
    language="ja",
    with_input="{instruction}\n\n{input}\n\n",
    without_input="{instruction}\n\n",
    stop=("\n\n",),
    source="ours",
)
