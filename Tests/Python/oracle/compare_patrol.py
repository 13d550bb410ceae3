"""`python compare_patrol.py --seeds 1-100 --gatehouse BIN`: each seed's first difference, with how to see it again."""

import patrol
import patrol_months
from watch_compare import main

if __name__ == "__main__":
    main(__doc__, patrol_months.Month, patrol.Expected)
