"""A demo company, made up from `today` and a seed: Halvik Instruments, sensors and laboratory equipment."""

from store.demo.company import demo_tables

__all__ = ["demo_tables"]
