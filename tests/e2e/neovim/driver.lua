-- Lets a test outside run Lua in this Neovim: one JSON request a line on stdin, one JSON answer a line on stdout.

local channel ---@type integer
local pending = ""

local function answer(line)
  local request = vim.json.decode(line)
  local chunk, result = load(request.code)
  local ok = chunk ~= nil
  if chunk then
    ok, result = xpcall(chunk, debug.traceback, unpack(request.args))
  end
  vim.fn.chansend(channel, vim.json.encode({ ok = ok, result = result }) .. "\n")
end

channel = vim.fn.stdioopen({
  on_stdin = function(_, data)
    data[1] = pending .. data[1]
    pending = table.remove(data)
    for _, line in ipairs(data) do
      answer(line)
    end
    if pending == "" and #data == 0 then
      vim.cmd("qall!") -- the test is gone
    end
  end,
})

-- What a test looks at: outcomes, progress and messages, in their order.
Seen = { outcomes = {}, progress = {}, messages = {}, deprecated = {} }
vim.api.nvim_create_autocmd("User", {
  pattern = "RouterdOutcome",
  callback = function(event)
    table.insert(Seen.outcomes, event.data)
  end,
})
vim.api.nvim_create_autocmd("LspProgress", {
  callback = function(event)
    table.insert(Seen.progress, event.data.params.value)
  end,
})
local notify = vim.notify
vim.notify = function(message, level, ...)
  table.insert(Seen.messages, message)
  return notify(message, level, ...)
end

-- Neovim shows only what it removes next; here each call of the plugin counts.
local deprecate = vim.deprecate
vim.deprecate = function(name, ...)
  local place = debug.traceback("", 2):match("[^\n]*/lua/routerd/[^\n]*")
  if place then
    table.insert(Seen.deprecated, name .. ": " .. vim.trim(place))
  end
  return deprecate(name, ...)
end
