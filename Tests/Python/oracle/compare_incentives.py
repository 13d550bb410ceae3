"""`python compare_incentives.py --seeds 1-99 --gatehouse BIN`: each seed's first difference, with how to see it again."""

import incentives
import incentives_months
from watch_compare import main

if __name__ == "__main__":
    main(__doc__, incentives_months.Month, incentives.Expected)
