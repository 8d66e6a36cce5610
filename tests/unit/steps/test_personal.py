from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tehon.errors import BadConfig
from tehon.records.corpus import Document, Example, Turn
from tehon.records.step import Changed
from tehon.steps.personal import Personal

Run = Callable[..., Changed]
MakeDocument = Callable[..., Document]
Masked = Callable[..., str]


@pytest.fixture
def masked(run: Run, make_document: MakeDocument) -> Masked:
    """The text of a document that went through the step."""

    def one(text: str, **options: object) -> str:
        changed = run("personal", make_document(text), **options)
        assert isinstance(changed, Document)
        return changed.text

    return one


@pytest.mark.parametrize(
    "number",
    [
        "03-1234-5678",
        "０３－１２３４－５６７８",
        "045‐123‐4567",
        "0467−22−3000",
        "01267ー1ー2345",
        "03(1234)5678",
        "(03)1234-5678",
        "（０３）１２３４－５６７８",
        "090-1234-5678",
        "090 1234 5678",
        "09012345678",
        "０９０１２３４５６７８",
        "050-3333-4444",
        "0120-123-456",
        "0120-12-3456",
        "0570-012-345",
        "0800-123-4567",
        "+81-3-1234-5678",
        "+81 90 1234 5678",
        "+81(0)3-1234-5678",
        "+819012345678",
    ],
)
def test_telephone_numbers_of_japan_are_masked(masked: Masked, number: str) -> None:
    assert masked(f"電話番号は{number}です。") == "電話番号は<電話番号>です。"
    assert masked(f"{number}へ、または{number}へ。") == "<電話番号>へ、または<電話番号>へ。"
    assert masked(number) == "<電話番号>"


@pytest.mark.parametrize("number", ["0312345678", "03 1234 5678", "045-1234567", "０３１２３４５６７８"])
def test_a_number_without_marked_groups_needs_a_word_before_it(masked: Masked, number: str) -> None:
    assert masked(f"TEL:{number}") == "TEL:<電話番号>"
    assert masked(f"電話番号は、{number}です。") == "電話番号は、<電話番号>です。"
    assert masked(f"商品番号は{number}です。") == f"商品番号は{number}です。"
    assert masked(f"hotel {number}") == f"hotel {number}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("〒100-0001 東京都千代田区", "〒<郵便番号> 東京都千代田区"),
        ("〒１００－０００１", "〒<郵便番号>"),
        ("〒1000001", "〒<郵便番号>"),
        ("郵便番号：100-0001", "郵便番号：<郵便番号>"),
        ("100-0001 東京都千代田区", "<郵便番号> 東京都千代田区"),
        ("060-0042\n北海道札幌市", "<郵便番号>\n北海道札幌市"),
        ("220-0012神奈川県横浜市", "<郵便番号>神奈川県横浜市"),
    ],
)
def test_postal_codes_are_masked_and_their_mark_stays(masked: Masked, text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "address",
    ["taro.yamada+x@example.co.jp", "a@b.jp", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "T_Y-1@mail.example.com"],
)
def test_e_mail_addresses_are_masked(masked: Masked, address: str) -> None:
    assert masked(f"メールは{address}まで。") == "メールは<メールアドレス>まで。"
    assert masked(f"<{address}>") == "<<メールアドレス>>"
    assert masked(f"Write to {address}.") == "Write to <メールアドレス>."


@pytest.mark.parametrize("number", ["123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４－５６７８－９０１８"])
def test_my_numbers_with_their_check_digit_are_masked(masked: Masked, number: str) -> None:
    assert masked(f"マイナンバーは{number}。") == "マイナンバーは<個人番号>。"


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "５５５５ ５５５５ ５５５５ ４４４４",
        "3782 822463 10005",
        "3056-930902-5904",
        "3530111333300000",
        "6011111111111117",
        "2223003122003222",
    ],
)
def test_card_numbers_with_their_check_digit_are_masked(masked: Masked, number: str) -> None:
    assert masked(f"カード番号は{number}です。") == "カード番号は<カード番号>です。"


@pytest.mark.parametrize(
    "address", ["133.11.93.1", "８．８．４．４４", "2001:4860:4860::8888", "2404:6800:4004:80a:0:0:0:200e"]
)
def test_addresses_that_can_be_reached_are_masked(masked: Masked, address: str) -> None:
    assert masked(f"It runs on {address}, the server {address}.") == "It runs on <IPアドレス>, the server <IPアドレス>."
    assert masked(f"サーバーは{address}です。") == "サーバーは<IPアドレス>です。"


@pytest.mark.parametrize(
    "text",
    [
        "1467〜1487年",
        "1467-1487年、2023-04-01、04-01-2023、2023/04/01 12:34:56",
        "ISBN 978-4-00-310101-8、ISBN4-00-310101-4、ISBN 0-19-853453-1、0306406152",
        "JAN 4901234567894、49-01234567-894",
        "価格は123,456,789,018円、または123456789018円です。",
        "人口は123456789018人。",
        "2023年04月01日12時、202304011230、20230401123059",
        "受付番号 123456789012、1234-5678-9012",
        "4111 1111 1111 1112",
        "9999999999999995",
        "円周率は3.1415926535897932、0.3-1234-5678",
        "注文ID: A03-1234-5678、ID03-1234-5678X、2-03-1234-5678、03-1234-5678-9",
        "550e8400-e29b-41d4-a716-446655440000",
        "https://example.com/090-1234-5678?id=09012345678",
        "127.0.0.1、192.168.1.100、10.0.0.255、255.255.255.0、203.0.113.20、1.2.3.4、3.10.2.1節",
        "バージョン10.20.30.40、v115.0.2.1、Version 115.0.2.1、Ver. 115.0.2.1、ver 115.0.2.1、Ver.115.0.2.1",
        "999.1.1.1、133.11.93、133.11.93.1.2",
        "fe80::1、::1、2001:db8::1、std::vector、abc::def、12:34:56",
        "git@github.com:user/project.git、@user、user@host、a @ b、100@1個",
        "100-0001",
        "123-4567ページ、№123-4567",
        "電話は110番、内線1234、0120は無料です。",
        "000000000000、1111 1111 1111",
        "第1234条、5678項、9018号",
        "零〇一二三四五六七八九",
    ],
)
def test_years_prices_isbn_dates_versions_and_ids_stay(run: Run, make_document: MakeDocument, text: str) -> None:
    document = make_document(text)
    assert run("personal", document) is document


def test_each_mask_is_an_option_and_an_empty_one_leaves_its_kind(masked: Masked) -> None:
    text = "a@b.jp 133.11.93.1 4111111111111111 123456789018 03-1234-5678 〒100-0001"
    assert masked(text) == ("<メールアドレス> <IPアドレス> <カード番号> <個人番号> <電話番号> 〒<郵便番号>")
    words = text.split(" ")
    for place, kind in enumerate(("email", "ip_address", "credit_card", "my_number", "phone", "postal_code")):
        one = masked(text, **{kind: "■"}).split(" ")
        assert one[place] == words[place].replace("100-0001", "■") if kind == "postal_code" else "■"
        none = masked(text, **{kind: ""}).split(" ")
        assert none[place] == words[place]
        assert [number for number, word in enumerate(none) if word == words[number]] == [place]


@pytest.mark.parametrize("mask", ["電話1", "X９", "x@y"])
def test_a_mask_that_could_be_masked_again_is_refused(mask: str) -> None:
    with pytest.raises(BadConfig, match=r"steps\.personal\.phone: must hold neither digits nor @"):
        Personal(phone=mask)


def test_what_one_mask_uncovers_is_masked_as_well(masked: Masked) -> None:
    assert masked("03-1234-5678,1@b.jp") == "<電話番号>,<メールアドレス>"


def test_every_text_of_an_example_is_masked(run: Run, make_example: Callable[..., Example]) -> None:
    number = "03-1234-5678"
    example = replace(make_example(0, number, number, number), history=(Turn(role="user", content=number),))
    changed = run("personal", example)
    assert isinstance(changed, Example)
    texts = [*(turn.content for turn in changed.history), changed.instruction, changed.input, changed.response]
    assert texts == ["<電話番号>"] * 4


def test_long_rows_of_numbers_take_no_long_time(masked: Masked) -> None:
    for text in ("03-1234-5678、" * 20_000, "1" * 200_000, "a@" * 100_000, "a." * 100_000 + "@", "1.2." * 50_000):
        masked(text)
