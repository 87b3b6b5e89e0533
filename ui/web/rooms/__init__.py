"""The rooms beside the chat: pages drawn on the server from templates, with forms that work without JavaScript (decision 0032)."""
