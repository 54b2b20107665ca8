-- Neovim's Lua is LuaJIT with one global of its own.
std = "luajit"
max_line_length = 120
max_comment_line_length = false -- a type in an annotation is one line
globals = { "vim" }
files["**/lua/routerd/manifest.lua"].max_line_length = false -- generated
files["**/tests/e2e/neovim/driver.lua"].globals = { "Seen" } -- what the tests ask for
