"""Set-up, for administrators: fields and words, roles, what is approved by itself, the audit log. A page each."""
