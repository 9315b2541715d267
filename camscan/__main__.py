"""`python -m camscan`: the same as the `camscan` command."""

from camscan.cli import main

if __name__ == "__main__":
    main()
