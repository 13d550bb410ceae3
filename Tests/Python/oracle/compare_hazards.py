"""`python compare_hazards.py --seeds 1-100 --gatehouse BIN`: each seed's first difference, with how to see it again."""

import hazards
import hazards_months
from watch_compare import main

if __name__ == "__main__":
    main(__doc__, hazards_months.Month, hazards.Expected)
