-- Hover, menu, document, undo in one step; then the file as it was meant to be is written.
local drive = dofile(vim.env.ROUTERD_DRIVE)
local client = drive.start(arg[1])
assert(client.offset_encoding == "utf-8", client.offset_encoding)

drive.cursor_on("parse_header")
vim.lsp.buf.hover()
local float
drive.wait("the hover float", function()
  float = vim.b[drive.buffer].lsp_floating_preview
  return float ~= nil and vim.api.nvim_win_is_valid(float)
end)
local hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, false), "\n")
assert(hover:find("document", 1, true) and hover:find("spent today", 1, true), hover)
vim.api.nvim_win_close(float, true)

local titles = vim.tbl_map(function(entry)
  return entry.title
end, drive.menu())
assert(#titles == 4, vim.inspect(titles))
assert(titles[1]:find("Document `parse_header` · utility → ", 1, true), titles[1])

local before = drive.text()
drive.run("document")
drive.wait("the docstring", function()
  return drive.text() ~= before
end)
local documented = drive.text()
assert(documented:find('"""Parse', 1, true), documented)
drive.wait("the end of the progress", function()
  local last = drive.progress[#drive.progress]
  return last and last.value.kind == "end"
end)
vim.cmd("silent undo")
assert(drive.text() == before, "one undo takes it all back")
vim.cmd("silent redo")
assert(drive.text() == documented)
assert(#drive.messages == 0, vim.inspect(drive.messages))
vim.cmd("silent write")
drive.stop()
