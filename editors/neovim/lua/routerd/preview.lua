-- The diff of a proposal in a split, until it is accepted, discarded or asked for again one tier up.

local M = {}

local TIERS = { "utility", "speed", "logic", "architect" }

---@class routerd.Preview
---@field bufnr integer
---@field proposal routerd.Proposal
---@field outcome routerd.Outcome
---@field job routerd.Job

local open = {} ---@type table<integer, routerd.Preview> by buffer

---@param preview routerd.Preview
---@return integer? window that shows the file which was asked about
local function source_window(preview)
  local window = vim.fn.bufwinid(preview.job.bufnr)
  return window ~= -1 and window or nil
end

---@param preview routerd.Preview
local function close(preview)
  open[preview.bufnr] = nil
  preview.job.moves:stop()
  local window = source_window(preview)
  if window then
    vim.api.nvim_win_call(window, function()
      vim.cmd.diffoff()
    end)
  end
  if vim.api.nvim_buf_is_valid(preview.bufnr) then
    vim.api.nvim_buf_delete(preview.bufnr, { force = true })
  end
end

---Side by side where it is about one open file, else as one unified diff.
---@param preview routerd.Preview
local function show(preview)
  local file, bufnr = preview.proposal.files[1], preview.bufnr
  local window = source_window(preview)
  local beside = window and #preview.proposal.files == 1 and not file.create and not preview.proposal.stale
  local lines = beside and file.after or vim.split(preview.proposal:diff(), "\n")
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.api.nvim_buf_set_name(bufnr, ("routerd://%d/%s"):format(bufnr, file.name))
  vim.bo[bufnr].filetype = beside and vim.bo[preview.job.bufnr].filetype or "diff"
  vim.bo[bufnr].modifiable = false
  if window then
    vim.api.nvim_set_current_win(window)
  end
  vim.cmd("rightbelow vertical split")
  vim.api.nvim_win_set_buf(0, bufnr)
  local words = preview.proposal.stale and ":Routerd discard" or ":Routerd accept │ discard │ retry"
  vim.wo[0][0].winbar = ("%s  %%=%s"):format((preview.outcome.model or ""):gsub("%%", "%%%%"), words)
  if beside then
    vim.cmd.diffthis()
    vim.api.nvim_win_call(assert(window), function()
      vim.cmd.diffthis()
    end)
  end
end

---@param proposal routerd.Proposal
---@param outcome routerd.Outcome
---@param job routerd.Job
function M.open(proposal, outcome, job)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  local preview = { bufnr = bufnr, proposal = proposal, outcome = outcome, job = job }
  open[bufnr] = preview
  show(preview)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = bufnr,
    callback = function()
      if open[bufnr] then
        close(preview)
      end
    end,
  })
end

---The preview of the current buffer, or else the only one.
---@return routerd.Preview?
local function current()
  local bufnr = vim.api.nvim_get_current_buf()
  local found = open[bufnr]
    or vim.iter(pairs(open)):fold(nil, function(match, _, preview)
      return preview.job.bufnr == bufnr and preview or match
    end)
  local _, first = next(open)
  found = found or (vim.tbl_count(open) == 1 and first or nil)
  if not found then
    require("routerd").say("there is no proposal open here.", vim.log.levels.WARN)
  end
  return found
end

function M.accept()
  local preview = current()
  if not preview then
    return
  end
  local problem = preview.proposal:apply()
  if problem then
    require("routerd").say(("not applied: %s."):format(problem), vim.log.levels.WARN)
    return
  end
  close(preview)
  require("routerd").say("applied.")
end

function M.discard()
  local preview = current()
  if preview then
    close(preview)
  end
end

function M.retry()
  local preview = current()
  if not preview then
    return
  end
  local job, argument = preview.job, preview.job.argument
  local better = nil ---@type string?
  for place, tier in ipairs(TIERS) do
    if tier == preview.outcome.tier then
      better = TIERS[place + 1]
    end
  end
  if not better then
    require("routerd").say("there is no tier above this one.", vim.log.levels.WARN)
    return
  end
  close(preview)
  require("routerd.run").start(job.client, job.bufnr, vim.tbl_extend("force", argument, { tier = better }))
end

return M
