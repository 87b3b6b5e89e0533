"""How the store behaves at 1,000 to 1,000,000 contacts: a generated firm, timed queries, the same SQL by hand beside each."""
