"""`python compare_watch.py --seeds 1-100 --gatehouse BIN`: each seed's first difference, with how to see it again."""

import watch
import watch_months
from watch_compare import main

if __name__ == "__main__":
    main(__doc__, watch_months.Month, watch.Expected)
