"""Messages to customers, composed from what the store holds: right name, right facts, and a question where something is missing."""
