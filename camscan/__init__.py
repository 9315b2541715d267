"""camscan: find the surveillance devices on a network and say, with evidence, who made them."""

__version__ = "0.1.0"
