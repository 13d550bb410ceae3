"""Generated months and years of figures and rewards: `gatehouse evaluate` against an independent computation.

The oracle (`oracle/incentives.py`) was written from the specification's pages and recomputes everything from all events
known at a time. `oracle/compare_incentives.py --seeds A-B` runs more seeds.
"""

import os
import sys
from pathlib import Path

import pytest

from daemon import PROGRAM

sys.path.insert(0, str(Path(__file__).parent / "oracle"))

import incentives  # noqa: E402
import incentives_months  # noqa: E402
from watch_compare import differences  # noqa: E402

pytestmark = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN")


@pytest.mark.parametrize("seed", range(1, 41))
def test_months_of_figures(seed):
    assert differences(incentives_months.Month(seed), incentives.Expected, PROGRAM) == []
