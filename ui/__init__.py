"""Every door: web app, REST, command line."""
