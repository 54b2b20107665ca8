-- A new test file becomes a buffer of its own, and review findings become diagnostics that can be cleared.
local drive = dofile(vim.env.ROUTERD_DRIVE)
local client = drive.start(arg[1])
drive.cursor_on("doubled")
local before = drive.text()
drive.run("test")
local found
drive.wait("the new test file", function()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer):match("test_labels%.py$") and vim.api.nvim_buf_is_loaded(buffer) then
      found = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
      return found:find("def test_", 1, true)
    end
  end
end)
assert(drive.text() == before)

vim.api.nvim_set_current_buf(drive.buffer)
drive.cursor_on("risky")
drive.run("review")
drive.wait("diagnostics", function()
  return #vim.diagnostic.get(drive.buffer) > 0
end)
client:exec_cmd({ title = "clear", command = "routerd.clearReview", arguments = { {} } })
drive.wait("no diagnostics", function()
  return #vim.diagnostic.get(drive.buffer) == 0
end)
assert(#drive.messages == 1 and drive.messages[1]:find("Look at test_labels.py, and save it.", 1, true))
drive.stop()
