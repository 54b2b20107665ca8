"""The real Neovim without a screen, with the plugin of `editors/neovim` and a real daemon."""
