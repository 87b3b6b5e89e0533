"""The Model Context Protocol: the same tools, through the same gate, for other people's agents. Over HTTP at /mcp, and `rapport mcp`."""
