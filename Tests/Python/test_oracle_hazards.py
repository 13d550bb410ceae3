"""Generated months of hazards: `gatehouse evaluate` against an independent computation.

The oracle (`oracle/hazards.py`) was written from the specification's pages and recomputes everything from all events
known at a time. `oracle/compare_hazards.py --seeds A-B` runs more seeds.
"""

import os
import sys
from pathlib import Path

import pytest

from daemon import PROGRAM

sys.path.insert(0, str(Path(__file__).parent / "oracle"))

import hazards  # noqa: E402
import hazards_months  # noqa: E402
from watch_compare import differences  # noqa: E402

pytestmark = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN")


@pytest.mark.parametrize("seed", range(1, 41))
def test_month_of_hazards(seed):
    assert differences(hazards_months.Month(seed), hazards.Expected, PROGRAM) == []
