-- What the daemons last said of themselves: jobs, today's money; a line of it for a status line.

local M = {}

---@class routerd.Status
---@field state "idle"|"busy"
---@field jobs integer
---@field price { spent_today: string, budget_daily?: string, saved_today?: string } for people

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
  local limit = type(latest.price.budget_daily) == "string" and ("/" .. latest.price.budget_daily) or ""
  local busy = jobs > 0 and (" · %d running"):format(jobs) or ""
  return ("routerd %s%s%s"):format(latest.price.spent_today, limit, busy)
end

return M
