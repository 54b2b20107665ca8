-- What the daemons last said of themselves: jobs, today's money; a line of it for a status line.

local M = {}

---@class routerd.Status
---@field state "idle"|"busy"
---@field jobs integer
---@field spent_today string dollars
---@field budget_daily? string
---@field saved_today string

---@type table<integer, routerd.Status> by client id
local known = {}

---@param status routerd.Status
function M.received(_, status, context)
  known[context.client_id] = status
  vim.api.nvim_exec_autocmds("User", { pattern = "RouterdStatus", modeline = false, data = status })
  vim.schedule(function()
    vim.cmd.redrawstatus({ bang = true })
  end)
end

---@param client_id integer
function M.forget(client_id)
  known[client_id] = nil
end

---Dollars for people: two significant digits, or cents from a dollar on.
---@param amount? string
---@return string
function M.dollars(amount)
  local value = tonumber(amount)
  if not value then
    return "price unknown"
  elseif value == 0 then
    return "$0"
  elseif value >= 0.995 then
    return ("$%.2f"):format(value)
  end
  return ("$%%.%df"):format(1 - math.floor(math.log10(value))):format(value)
end

---@return string
function M.line()
  local jobs, latest = 0, nil ---@type integer, routerd.Status?
  for id, status in pairs(known) do
    if vim.lsp.get_client_by_id(id) then
      jobs, latest = jobs + status.jobs, status
    end
  end
  if not latest then
    return ""
  end
  local limit = latest.budget_daily and ("/" .. M.dollars(latest.budget_daily)) or ""
  local busy = jobs > 0 and (" · %d running"):format(jobs) or ""
  return ("routerd %s%s%s"):format(M.dollars(latest.spent_today), limit, busy)
end

return M
