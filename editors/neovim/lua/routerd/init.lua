-- The public functions: all that a user's own configuration may rely on.

local M = {}

---@class routerd.Options What `vim.g.routerd` may hold.
---@field apply? "preview"|"direct" Whether an edit that does more than insert is shown as a diff first (default).
---@field notify? boolean Whether the receipt of an action is shown as a message; true by default.

---@return routerd.Options
function M.options()
  return vim.tbl_extend("force", { apply = "preview", notify = true }, vim.g.routerd or {})
end

---Today's spend against the budget, and how many jobs run; empty until the daemon said it.
---@return string
function M.statusline()
  return require("routerd.status").line()
end

---Runs an action at the cursor of the current window, or on the lines of a range.
---@param action string
---@param wish? { tier?: string, model?: string, instruction?: string, replace?: boolean, lines?: [integer, integer] }
---`lines` counts from 1, both ends included.
function M.run(action, wish)
  require("routerd.run").action(action, wish or {})
end

---The client of a buffer, or why there is none said to the user.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  local client = vim.lsp.get_clients({ name = "routerd", bufnr = bufnr or vim.api.nvim_get_current_buf() })[1]
  if not client then
    M.say("there is no server for this buffer; see :checkhealth routerd.", vim.log.levels.WARN)
  end
  return client
end

---@param message string
---@param level? integer of `vim.log.levels`
function M.say(message, level)
  vim.notify("routerd: " .. message, level or vim.log.levels.INFO)
end

return M
