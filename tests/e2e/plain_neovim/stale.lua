-- Neovim drops an edit for an older version and says it was applied: the daemon must see through it.
local drive = dofile(vim.env.ROUTERD_DRIVE)
drive.start(arg[1])
local apply = vim.lsp.handlers["workspace/applyEdit"]
vim.lsp.handlers["workspace/applyEdit"] = function(...)
  -- The user typed a moment ago, and the change is not sent yet; and so at each of the daemon's three tries.
  vim.api.nvim_buf_set_lines(drive.buffer, 0, 0, false, { "# typed 😀" })
  local answer = apply(...)
  drive.claimed = answer.applied
  return answer
end
drive.cursor_on("parse_header")
local before = drive.text()
drive.run("document")
drive.wait("the kept text", function()
  return vim.api.nvim_buf_get_name(0):match("document%-labels%.diff$")
end)
assert(drive.claimed == true, "else this scenario shows nothing")
assert(drive.text() == ("# typed 😀\n"):rep(3) .. before, "the stale edit did not land")
assert(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find('+    """Parse', 1, true))
drive.wait("the message", function()
  return drive.messages[1] and drive.messages[1]:find("Not applied", 1, true)
end)
drive.stop()
