-- The public functions: all that a user's own configuration may rely on.

local M = {}

---@class routerd.Options What `vim.g.routerd` may hold.
---@field apply? "preview"|"direct" Whether an edit that does more than insert is shown as a diff first (default).
---@field preview? "inline"|"split" Whether such a diff is shown in the file itself (default) or beside it.
---@field keys? table<string, string|false> Other keys for a diff in the file; see |routerd-inline|.
---@field notify? boolean Whether the receipt of an action is shown as a message; true by default.
---@field progress? boolean Whether the progress of an action is shown behind its target; true by default.

---@return routerd.Options
function M.options()
  vim.validate("vim.g.routerd", vim.g.routerd, "table", true)
  local defaults = { apply = "preview", preview = "inline", notify = true, progress = true }
  return vim.tbl_extend("force", defaults, vim.g.routerd or {})
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
  vim.validate("action", action, "string")
  vim.validate("wish", wish, "table", true)
  require("routerd.run").action(action, wish or {})
end

---@param bufnr integer
---@return string why there is no server, and what to do
local function reason(bufnr)
  local words = require("routerd.program").words()
  if not vim.lsp.is_enabled("routerd") then
    return 'the server is off: put vim.lsp.enable("routerd") into your init.lua.'
  elseif words and vim.fn.executable(words[1]) == 0 then
    return ("there is no program `%s`: install it, or see :checkhealth routerd."):format(words[1])
  elseif vim.bo[bufnr].buftype ~= "" or vim.bo[bufnr].filetype == "" then
    return "this is not a source file."
  elseif not vim.list_contains(vim.lsp.config.routerd.filetypes or {}, vim.bo[bufnr].filetype) then
    return ("files of type '%s' are not among the server's filetypes."):format(vim.bo[bufnr].filetype)
  end
  return "the server is not running; :edit starts it, and :checkhealth routerd says more."
end

---The client of a buffer, or why there is none said to the user.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = "routerd", bufnr = bufnr })[1]
  if not client then
    M.say(reason(bufnr), vim.log.levels.WARN)
  end
  return client
end

---@param message string
---@param level? integer of `vim.log.levels`
function M.say(message, level)
  vim.notify("routerd: " .. message, level or vim.log.levels.INFO)
end

return M
