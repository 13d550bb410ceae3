"""Generated months of patrols, and weeks of devices and punches: `gatehouse evaluate` against another computation.

The oracle (`oracle/patrol.py`) was written from the specification's pages and recomputes everything from all events
known at a time. `oracle/compare_patrol.py --seeds A-B` runs more seeds.
"""

import os
import sys
from pathlib import Path

import pytest

from daemon import PROGRAM

sys.path.insert(0, str(Path(__file__).parent / "oracle"))

import patrol  # noqa: E402
import patrol_months  # noqa: E402
import watch  # noqa: E402
import watch_months  # noqa: E402
from watch_compare import differences  # noqa: E402

pytestmark = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN")


@pytest.mark.parametrize("seed", range(1, 61))
def test_month_of_patrols(seed):
    assert differences(patrol_months.Month(seed), patrol.Expected, PROGRAM) == []


@pytest.mark.parametrize("seed", range(1, 31))
def test_weeks_of_clocks(seed):
    assert differences(watch_months.Month(seed), watch.Expected, PROGRAM) == []
