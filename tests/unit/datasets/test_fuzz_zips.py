import pytest

from tests import fuzz_zips


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_zip_gives_a_data_set_or_a_sentence(seed):
    assert fuzz_zips.check(seed)
