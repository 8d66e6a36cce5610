import pytest

from tehon.text.check_digits import is_card_number, is_my_number

CARDS = ["4111111111111111", "378282246310005", "30569309025904", "79927398713", "0"]
MY_NUMBERS = ["123456789018", "000000000000"]


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_has_its_check_digit_and_no_other(number: str) -> None:
    assert is_card_number(number)
    assert not any(is_card_number(number[:-1] + str(digit)) for digit in range(10) if str(digit) != number[-1])


@pytest.mark.parametrize("number", MY_NUMBERS)
def test_a_my_number_has_its_check_digit_and_no_other(number: str) -> None:
    assert is_my_number(number)
    assert not any(is_my_number(number[:-1] + str(digit)) for digit in range(10) if str(digit) != number[-1])


def test_every_wrong_digit_of_a_my_number_is_noticed_unless_the_rest_is_below_two() -> None:
    number = "123456789018"
    wrong = [
        number[:place] + str(digit) + number[place + 1 :]
        for place in range(11)
        for digit in range(10)
        if str(digit) != number[place]
    ]
    assert not any(map(is_my_number, wrong))


@pytest.mark.parametrize("number", ["12345678901", "1234567890180", ""])
def test_a_my_number_has_twelve_digits(number: str) -> None:
    assert not is_my_number(number)


def test_two_neighbours_exchanged_are_noticed_on_a_card() -> None:
    number = "4539578763621486"
    assert is_card_number(number)
    for place in range(len(number) - 1):
        one, other = number[place], number[place + 1]
        exchanged = number[:place] + other + one + number[place + 2 :]
        assert is_card_number(exchanged) == (one == other or {one, other} == {"0", "9"})
