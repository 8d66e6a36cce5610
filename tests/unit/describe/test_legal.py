import pytest

from tehon.describe import legal


@pytest.mark.parametrize(
    ("spdx", "url"),
    [
        ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/legalcode"),
        ("CC-BY-2.1-JP", "https://creativecommons.org/licenses/by/2.1/jp/legalcode"),
        ("CC-BY-NC-SA-3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/legalcode"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("LicenseRef-of-its-own", ""),
    ],
)
def test_a_legal_code_is_named_by_its_canonical_address(spdx: str, url: str) -> None:
    assert legal.code_url(spdx) == url


def test_titles_say_what_the_identifier_means() -> None:
    assert legal.title("CC-BY-NC-SA-4.0") == "Creative Commons Attribution-NonCommercial-ShareAlike 4.0"
    assert legal.title("CC-BY-2.1-JP") == "Creative Commons Attribution 2.1 JP"
    assert legal.title("LicenseRef-x") == "LicenseRef-x"


def test_an_expression_falls_into_its_licences() -> None:
    assert legal.parts("MIT AND (CC-BY-4.0 OR Apache-2.0)") == ["MIT", "CC-BY-4.0", "Apache-2.0"]
    assert legal.parts("LicenseRef-Aozora-Bunko-public-domain") == ["LicenseRef-Aozora-Bunko-public-domain"]


def test_short_licences_that_go_with_every_copy_are_at_hand() -> None:
    assert "The above copyright notice and this permission notice shall be included" in legal.text("MIT")
    assert "this copyright and permission notice appear with all copies" in legal.text("Unicode-3.0").replace("\n", " ")
    assert legal.text("CC-BY-4.0") == ""
