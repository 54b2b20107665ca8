-- Shows how an action ended: a receipt, a document, the new file, or a proposal to accept.

local M = {}

---@class routerd.Outcome see INTERFACE.md
---@field status "applied"|"proposed"|"refused"|"failed"|"cancelled"
---@field action string
---@field tier? string
---@field model? string
---@field message string
---@field cost? string
---@field edit? lsp.WorkspaceEdit
---@field diagnostics? lsp.Diagnostic[]
---@field document? string

local LEVELS = { failed = vim.log.levels.ERROR, refused = vim.log.levels.WARN, proposed = vim.log.levels.WARN }

---@param outcome routerd.Outcome
---@return string? model and price
function M.receipt(outcome)
  if not outcome.model then
    return nil
  end
  local model = outcome.model:match("^offline") and "built-in, offline" or outcome.model
  return ("%s, %s"):format(model, require("routerd.status").dollars(outcome.cost))
end

---@param outcome routerd.Outcome
local function tell(outcome)
  local level = LEVELS[outcome.status]
  if level or require("routerd").options().notify then
    require("routerd").say(outcome.message, level)
  end
end

---A buffer of its own for a text that belongs into no file.
---@param text string
---@param name string
---@param filetype string
function M.document(text, name, filetype)
  local bufnr = vim.api.nvim_create_buf(true, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text:gsub("\r\n", "\n"), "\n"))
  vim.api.nvim_buf_set_name(bufnr, ("routerd://%d/%s"):format(bufnr, name))
  vim.bo[bufnr].filetype = filetype
  vim.cmd.vsplit()
  vim.api.nvim_win_set_buf(0, bufnr)
end

---@param change lsp.WorkspaceEdit
local function show_new_file(change)
  for _, part in ipairs(change.documentChanges) do
    if part.kind == "create" then
      local path = vim.uri_to_fname(part.uri)
      vim.fn.mkdir(vim.fs.dirname(path), "p")
      local bufnr = vim.uri_to_bufnr(part.uri)
      vim.cmd.vsplit()
      vim.api.nvim_win_set_buf(0, bufnr)
      if vim.bo[bufnr].filetype == "" then
        vim.cmd.filetype("detect")
      end
    end
  end
end

---@param outcome routerd.Outcome
---@param job routerd.Job
---@return boolean whether it is shown and waits for a decision
local function propose(outcome, job)
  local proposal = require("routerd.proposal").of(outcome.edit, job.moves, job.client.offset_encoding)
  if not proposal.stale and proposal:inserts_only() then
    local problem = proposal:apply()
    if not problem then
      outcome.status, outcome.message = "applied", ("%s applied (%s)."):format(outcome.action, M.receipt(outcome))
      show_new_file(outcome.edit)
      return false
    end
    proposal.stale = problem
  end
  local why = proposal.stale and ("Not applied: %s. Here it is as a diff."):format(proposal.stale)
  outcome.message = why or (":Routerd accept or :Routerd discard (%s)."):format(M.receipt(outcome))
  require("routerd.preview").open(proposal, outcome, job)
  return true
end

---@param outcome routerd.Outcome
local function show_text(outcome)
  local diff = outcome.edit ~= nil and outcome.status ~= "applied"
  M.document(outcome.document, outcome.action .. (diff and ".diff" or ".md"), diff and "diff" or "markdown")
  if not outcome.edit and outcome.status == "proposed" then
    outcome.status, outcome.message = "applied", ("%s answered (%s)."):format(outcome.action, M.receipt(outcome))
  end
end

---@param outcome routerd.Outcome
---@param job? routerd.Job none for a job that another client command started
function M.show(outcome, job)
  for name, value in pairs(outcome) do
    if value == vim.NIL then
      outcome[name] = nil
    end
  end
  local waits = false
  if outcome.document then
    show_text(outcome)
  elseif outcome.edit and outcome.status == "applied" then
    show_new_file(outcome.edit)
  elseif outcome.edit and job then
    waits = propose(outcome, job)
  end
  if job and not waits then
    job.moves:stop()
  end
  tell(outcome)
  vim.api.nvim_exec_autocmds("User", { pattern = "RouterdOutcome", modeline = false, data = outcome })
end

---`routerd/outcome`: the end of a job that was started with the plain command.
---@param params { job: string, outcome: routerd.Outcome }
function M.received(_, params)
  M.show(params.outcome)
end

return M
