import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.describe.treemap import Box, squarified, treemap

SIZES = st.lists(st.integers(1, 10**7), min_size=1, max_size=20).map(lambda sizes: sorted(sizes, reverse=True))
BOX = Box(x=0, y=0, width=900, height=400)


def overlap(first: Box, second: Box) -> float:
    across = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    down = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    return max(across, 0) * max(down, 0)


@given(SIZES)
def test_every_area_is_as_large_as_its_share(sizes: list[int]) -> None:
    tiles = list(squarified([(str(place), size) for place, size in enumerate(sizes)], BOX))
    assert [tile.count for tile in tiles] == sizes
    for tile in tiles:
        assert tile.box.width * tile.box.height == pytest.approx(900 * 400 * tile.count / sum(sizes), rel=1e-6)


@given(SIZES)
def test_tiles_stay_in_the_box_and_out_of_each_other(sizes: list[int]) -> None:
    tiles = list(squarified([(str(place), size) for place, size in enumerate(sizes)], BOX))
    for place, tile in enumerate(tiles):
        assert overlap(tile.box, BOX) == pytest.approx(tile.box.width * tile.box.height, rel=1e-6)
        assert all(overlap(tile.box, other.box) < 1e-3 for other in tiles[:place])


def test_equal_sizes_are_nearly_squares() -> None:
    tiles = squarified([(str(place), 1) for place in range(9)], Box(x=0, y=0, width=300, height=300))
    assert all(tile.box.width == pytest.approx(100) for tile in tiles)


def test_a_name_is_written_only_where_it_fits() -> None:
    groups = treemap(
        {"correction": {"a": 1_000_000}, "a cluster with a long name": {"a_source_with_a_long_name": 90}}, 600, 300
    )
    assert [group.tile.lines for group in groups] == [1, 0]
    assert groups[0].tiles[0].lines > 2
    assert groups[1].tiles[0].lines == 0
