"""What a customer's history says: value and tier, health, chances, where deals get stuck. Every result says why."""
