"""The command line: the same app, without an editor. Each command is a module, imported when it is named."""
