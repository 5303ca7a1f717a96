"""``python -m astra_devops fleet``: look at the journal of a fleet run, and continue it."""

import sys

from astra_devops.fleet.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
