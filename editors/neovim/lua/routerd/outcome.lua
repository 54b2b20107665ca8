-- Shows how an action ended: a receipt, a document, the new file, or a proposal to accept.

local M = {}

---@class routerd.Outcome see INTERFACE.md
---@field status "applied"|"proposed"|"refused"|"failed"|"cancelled"
---@field action string
---@field tier? string
---@field model? string
---@field model_name? string the model as people read it
---@field next_tier? string the stronger tier that `:Routerd retry` would ask
---@field message string
---@field price string what it cost, for people
---@field edit? lsp.WorkspaceEdit
---@field must_preview boolean whether the edit must be seen before it is applied
---@field stale boolean whether the daemon says that what it is for was edited meanwhile
---@field answer? string the accepted answer, which is forgotten when its proposal is discarded
---@field diagnostics? lsp.Diagnostic[]
---@field document? string

local LEVELS = { failed = vim.log.levels.ERROR, refused = vim.log.levels.WARN, proposed = vim.log.levels.WARN }

---@param outcome routerd.Outcome
---@return string? model and price
function M.receipt(outcome)
  if not outcome.model then
    return nil
  end
  return ("%s, %s"):format(outcome.model_name, outcome.price)
end

---@param outcome routerd.Outcome
---@param expected? boolean whether a proposal is what was asked for, and no warning
local function tell(outcome, expected)
  local level = LEVELS[outcome.status]
  if level or require("routerd").options().notify then
    require("routerd").say(outcome.message, not expected and level or nil)
  end
end

---A buffer of its own for a text that belongs into no file.
---@param text string
---@param name string
---@param filetype string
---@param source? integer the buffer that it is about
function M.show_document(text, name, filetype, source)
  local bufnr = vim.api.nvim_create_buf(true, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text:gsub("\r\n", "\n"), "\n"))
  vim.api.nvim_buf_set_name(bufnr, ("routerd://%d/%s"):format(bufnr, name))
  vim.bo[bufnr].filetype = filetype
  require("routerd.split").beside(bufnr, source)
end

---Files other than the one that was asked about, such as generated tests: they are seen, and the user saves them.
---@param change lsp.WorkspaceEdit
---@param source? integer
local function show_files(change, source)
  for _, part in ipairs(change.documentChanges) do
    local path = vim.uri_to_fname(part.uri or part.textDocument.uri)
    local bufnr = vim.fn.bufadd(path)
    if bufnr ~= source and vim.fn.bufwinid(bufnr) == -1 then
      vim.fn.mkdir(vim.fs.dirname(path), "p")
      vim.bo[bufnr].buflisted = true
      require("routerd.split").beside(bufnr, source)
      if vim.bo[bufnr].filetype == "" then
        vim.api.nvim_buf_call(bufnr, function()
          vim.cmd.filetype("detect")
        end)
      end
    end
  end
end

---@param outcome routerd.Outcome
---@param job routerd.Job
---@return boolean waits whether it is shown until the user decides
---@return boolean acceptable
local function propose(outcome, job)
  local proposal = require("routerd.proposal").of(outcome, job.moves, job.client.offset_encoding)
  if not proposal.stale and outcome.must_preview == false and proposal:inserts_only() then
    local problem = proposal:apply()
    if not problem then
      outcome.status, outcome.message = "applied", ("%s applied (%s)."):format(outcome.action, M.receipt(outcome))
      show_files(outcome.edit, job.bufnr)
      return false, true
    end
    proposal.stale = problem
  end
  local why = proposal.stale and ("Not applied: %s. Here it is as a diff."):format(proposal.stale)
  local reason = outcome.must_preview and outcome.message .. " " or ""
  outcome.message = why or (reason .. "proposed by %s; :Routerd accept or discard."):format(M.receipt(outcome))
  require("routerd.preview").open(proposal, outcome, job)
  return true, not proposal.stale
end

---A text was all that was asked for: nothing is left to apply.
---@param outcome routerd.Outcome
function M.answered(outcome)
  outcome.status, outcome.message = "applied", ("%s answered (%s)."):format(outcome.action, M.receipt(outcome))
end

---@param outcome routerd.Outcome
---@param source? integer
local function show_text(outcome, source)
  local diff = outcome.edit ~= nil and outcome.status ~= "applied"
  local kind = diff and "diff" or "markdown"
  M.show_document(outcome.document, outcome.action .. (diff and ".diff" or ".md"), kind, source)
  if not outcome.edit and outcome.status == "proposed" then
    M.answered(outcome)
  end
end

---@param outcome routerd.Outcome
---@param job? routerd.Job none for a job that another client command started
function M.show(outcome, job)
  if vim.fn.getcmdwintype() ~= "" then -- where no window can be opened
    return vim.api.nvim_create_autocmd("CmdwinLeave", {
      once = true,
      callback = vim.schedule_wrap(function()
        M.show(outcome, job)
      end),
    })
  end
  for name, value in pairs(outcome) do
    if value == vim.NIL then
      outcome[name] = nil
    end
  end
  local source = job and job.bufnr or vim.api.nvim_get_current_buf()
  local waits, acceptable = false, false
  if outcome.document then
    local show = job and job.show_text or show_text
    show(outcome, source)
  elseif outcome.edit and outcome.status == "applied" then
    show_files(outcome.edit, source)
  elseif outcome.edit and job then
    waits, acceptable = propose(outcome, job)
  end
  if job and not waits then
    job.moves:stop()
  end
  if job and require("routerd.findings").list(outcome.diagnostics, job) then
    outcome.message = outcome.message .. " :lopen lists them."
  end
  tell(outcome, acceptable)
  vim.api.nvim_exec_autocmds("User", { pattern = "RouterdOutcome", modeline = false, data = outcome })
end

---`routerd/outcome`: the end of a job that was started with the plain command.
---@param params { job: string, outcome: routerd.Outcome, changes?: boolean } `changes`: a review of the working tree
---@param context lsp.HandlerContext
function M.received(_, params, context)
  if not params.changes then
    M.show(params.outcome)
    return
  end
  require("routerd").say(params.outcome.message, LEVELS[params.outcome.status])
  local namespace = vim.lsp.diagnostic.get_namespace(context.client_id)
  if #vim.diagnostic.get(nil, { namespace = namespace }) > 0 then
    vim.diagnostic.setqflist({ namespace = namespace, title = "routerd: review of the changes" })
  end
end

return M
