-- Typing elsewhere while the answer is on its way: the edit lands at the moved place.
local drive = dofile(vim.env.ROUTERD_DRIVE)
drive.start(arg[1])
drive.cursor_on("parse_header")
drive.run("document")
drive.wait("tokens in the progress", function()
  local last = drive.progress[#drive.progress]
  return last and (last.value.message or ""):find("tokens", 1, true)
end)
vim.api.nvim_buf_set_lines(drive.buffer, 1, 1, false, { "# 😀 typed", "# elsewhere" })
vim.wait(400) -- past the 150 ms for which Neovim holds a change back
vim.fn.writefile({}, arg[2])
drive.wait("the docstring", function()
  return drive.text():find("Split a header line", 1, true)
end)
local lines = drive.lines()
for number, line in ipairs(lines) do
  if line:find("def parse_header", 1, true) then
    assert(lines[number + 1] == '    """Split a header line into its name and value."""', vim.inspect(lines))
  end
end
assert(lines[2] == "# 😀 typed")
drive.stop()
