"""Hot reload through the App: what a change of a configuration file does to the actions before and after it."""
