"""Records that are there twice: found by blocking and scored comparison, explained, merged through the gate.

`specs.yaml` says which field compares how; `finding.py` goes through everything, `checking.py` looks one record or a batch of rows up.
"""
