"""The Alpaca frame in Korean."""

from tehon.records.prompt import Template

TEMPLATE = Template(
    name="alpaca_ko",
    title="Alpaca in Korean",
    language="ko",
    with_input=(
        "아래는 작업을 설명하는 지시와 그에 필요한 입력입니다. 요청에 알맞은 응답을 쓰십시오.\n\n"
        "### 지시:\n{instruction}\n\n### 입력:\n{input}\n\n### 응답:\n"
    ),
    without_input=(
        "아래는 작업을 설명하는 지시입니다. 요청에 알맞은 응답을 쓰십시오.\n\n### 지시:\n{instruction}\n\n### 응답:\n"
    ),
    stop=("\n\n###",),
    source="ours",
)
