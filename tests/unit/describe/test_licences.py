import pytest

from tehon.describe.licences import UNKNOWN, whole_licence
from tehon.errors import BadLicence
from tehon.records.corpus import Licence
from tehon.records.release import Mixture


def whole(*spdx: str, commercial: bool = False, share_alike: bool = True) -> str:
    licences = {f"source{i}": Licence(spdx=name, url="") for i, name in enumerate(spdx)}
    return whole_licence(licences, Mixture(name="m", sources={}, commercial=commercial, share_alike=share_alike))


@pytest.mark.parametrize(
    ("spdx", "result"),
    [
        (["MIT"], "MIT"),
        (["CC-BY-4.0", "MIT", "MIT"], "CC-BY-4.0 AND MIT"),
        (["CC-BY-SA-3.0"], "CC-BY-SA-3.0"),
        (["CC-BY-SA-3.0", "CC-BY-SA-4.0", "MIT"], "CC-BY-SA-4.0"),
        (["CC-BY-SA-3.0", "CC-BY-4.0"], "CC-BY-SA-4.0"),
        (["CC-BY-SA-4.0", "CC-BY-3.0", "Apache-2.0", "CC0-1.0"], "CC-BY-SA-4.0"),
        (["CC-BY-NC-4.0", "CC-BY-4.0"], "CC-BY-4.0 AND CC-BY-NC-4.0"),
        (["CC-BY-NC-SA-4.0", "CC-BY-NC-3.0", "CC-BY-4.0"], "CC-BY-NC-SA-4.0"),
        (["CC-BY-4.0 AND MIT"], "CC-BY-4.0 AND MIT"),
        (["ODbL-1.0", "CC-BY-4.0"], "ODbL-1.0"),
        (["CC-BY-SA-4.0", UNKNOWN], UNKNOWN),
        (["LicenseRef-press-agreement", "MIT"], "LicenseRef-press-agreement AND MIT"),
    ],
)
def test_the_whole_stands_under_the_strictest_terms(spdx: list[str], result: str) -> None:
    assert whole(*spdx) == result


@pytest.mark.parametrize(
    ("spdx", "result"),
    [
        (["CC-BY-NC-4.0", "CC-BY-SA-4.0"], "CC-BY-NC-4.0 AND CC-BY-SA-4.0"),
        (["CC-BY-ND-4.0", "MIT"], "CC-BY-ND-4.0 AND MIT"),
        (["CC-BY-SA-4.0", "CC-BY-4.0"], "CC-BY-4.0 AND CC-BY-SA-4.0"),
        (["CC-BY-NC-4.0", UNKNOWN], UNKNOWN),
    ],
)
def test_what_is_not_to_be_shared_stands_under_every_licence_at_once(spdx: list[str], result: str) -> None:
    licences = {f"source{i}": Licence(spdx=name, url="") for i, name in enumerate(spdx)}
    assert whole_licence(licences, Mixture(name="m", sources={}, shared=False)) == result
    with pytest.raises(BadLicence, match="must allow commercial use"):
        whole_licence(
            {"a": Licence(spdx="CC-BY-NC-4.0", url="")}, Mixture(name="m", sources={}, shared=False, commercial=True)
        )


@pytest.mark.parametrize(
    ("spdx", "leave_out"),
    [
        (["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-3.0"], "source1"),
        (["CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"], "source0"),
        (["CC-BY-SA-4.0", "ODbL-1.0", "MIT", "ODbL-1.0"], "source0"),
        (["CC-BY-ND-4.0", "MIT"], "source0"),
        (["CC-BY-SA-1.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"], "source0"),
        (["CC-BY-ND-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0"], "source0 and source2"),
    ],
)
def test_a_conflict_names_the_fewest_sources_to_leave_out(spdx: list[str], leave_out: str) -> None:
    with pytest.raises(BadLicence, match=f"Leave out {leave_out}\\.$"):
        whole(*spdx)


@pytest.mark.parametrize("spdx", ["CC-BY-NC-4.0", UNKNOWN])
def test_a_commercial_mixture_refuses_what_is_not_for_commerce_or_not_known(spdx: str) -> None:
    with pytest.raises(BadLicence, match=r"must allow commercial use.* Leave out source1\.$"):
        whole("MIT", spdx, commercial=True)


def test_a_mixture_can_refuse_share_alike() -> None:
    with pytest.raises(BadLicence, match=r"must be free of share-alike.* Leave out source0 and source2\.$"):
        whole("CC-BY-SA-4.0", "MIT", "CC-BY-SA-3.0", share_alike=False)


@pytest.mark.parametrize(
    "spdx", ["CC BY-SA", "CC-BY-SA-5.0", "?", "", "MIT OR Apache-2.0", "GPL-3.0-only", "LicenseRef-"]
)
def test_a_licence_that_nobody_knows_is_an_error(spdx: str) -> None:
    with pytest.raises(BadLicence, match="source source0"):
        whole(spdx)


def test_terms_of_ones_own_are_what_the_record_says() -> None:
    own = Licence(spdx="LicenseRef-house", url="", commercial=False)
    with pytest.raises(BadLicence, match="must allow commercial use"):
        whole_licence({"s": own}, Mixture(name="m", sources={}, commercial=True))
