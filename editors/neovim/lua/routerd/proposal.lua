-- An edit that is not applied yet: the files before and after it, and its application as one undo step.

---@class routerd.ProposedFile
---@field uri string
---@field name string
---@field create boolean
---@field edits lsp.TextEdit[]
---@field version? integer that the edits are for
---@field before string[]
---@field after string[]

---@class routerd.Proposal
---@field files routerd.ProposedFile[]
---@field moves routerd.Moves of the file that was asked about
---@field encoding string
---@field stale? string why it cannot be applied
local Proposal = {}
Proposal.__index = Proposal

local M = {}

M.text_diff = vim.text.diff or vim.diff -- its name before Neovim 0.12

local CHANGED = "the lines that it is for were changed meanwhile"

---@param uri string
---@return string[]
local function lines_of(uri)
  local bufnr = vim.uri_to_bufnr(uri)
  vim.fn.bufload(bufnr)
  return vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
end

---@param before string[] empty for a new file
---@param edits lsp.TextEdit[]
---@param encoding string
---@return string[]
local function after(before, edits, encoding)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, before)
  vim.lsp.util.apply_text_edits(vim.deepcopy(edits), scratch, encoding)
  if #before == 0 then
    require("routerd.undo").end_last_line(scratch)
  end
  local lines = vim.api.nvim_buf_get_lines(scratch, 0, -1, false)
  vim.api.nvim_buf_delete(scratch, { force = true })
  return lines
end

---@param outcome routerd.Outcome with an edit
---@param moves routerd.Moves
---@param encoding string
---@return routerd.Proposal
function M.of(outcome, moves, encoding)
  local self = setmetatable({ files = {}, moves = moves, encoding = encoding }, Proposal)
  self.stale = outcome.stale and CHANGED or nil
  local created = {} ---@type table<string, boolean>
  for _, part in ipairs(outcome.edit.documentChanges) do
    if part.kind == "create" then
      created[part.uri] = true
    else
      table.insert(self.files, self:_file(part, created[part.textDocument.uri] or false))
    end
  end
  return self
end

---@private
---@return routerd.ProposedFile
function Proposal:_file(part, create)
  local uri, version = part.textDocument.uri, part.textDocument.version
  local file = { uri = uri, create = create, version = version, edits = part.edits }
  file.name = vim.fn.fnamemodify(vim.uri_to_fname(uri), ":t")
  if create then
    file.before = {}
  elseif vim.uri_to_bufnr(uri) ~= self.moves.bufnr then
    file.before = lines_of(uri)
  elseif self.stale then
    file.before = self.moves.before
  else
    local carried = self.moves:carried(part.edits, version)
    self.stale = self.stale or (not carried and CHANGED or nil)
    file.edits = carried or part.edits
    file.version = vim.lsp.util.buf_versions[self.moves.bufnr]
    file.before = carried and lines_of(uri) or self.moves.before
  end
  file.after = after(file.before, file.edits, self.encoding)
  return file
end

---@return boolean
function Proposal:inserts_only()
  return vim.iter(self.files):all(function(file)
    return vim.iter(file.edits):all(function(edit)
      return vim.deep_equal(edit.range.start, edit.range["end"])
    end)
  end)
end

---Applies all of it as one undo step, or nothing of it.
---@return string? problem
function Proposal:apply()
  local parts = {}
  for _, file in ipairs(self.files) do
    local edits, problem = self:_now(file)
    if not edits then
      return problem
    end
    if file.create then
      table.insert(parts, { kind = "create", uri = file.uri, options = { ignoreIfExists = true } })
    end
    -- The edits are for the text as it is now. Without a number 0.12 raises an error, and with vim.NIL 0.11 does.
    local version = vim.lsp.util.buf_versions[vim.uri_to_bufnr(file.uri)] or 0
    table.insert(parts, { textDocument = { uri = file.uri, version = version }, edits = edits })
  end
  local change = { documentChanges = parts }
  require("routerd.undo").step(change, function()
    vim.lsp.util.apply_workspace_edit(change, self.encoding)
  end)
  return nil
end

---The edits of a file for its text as it is now, or why there are none.
---@private
---@param file routerd.ProposedFile
---@return lsp.TextEdit[]?, string?
function Proposal:_now(file)
  if self.stale then
    return nil, self.stale
  elseif file.create then
    local exists = vim.uv.fs_stat(vim.uri_to_fname(file.uri)) ~= nil
    return not exists and file.edits or nil, file.name .. " came into being meanwhile"
  elseif vim.uri_to_bufnr(file.uri) == self.moves.bufnr then
    return self.moves:carried(file.edits, file.version), CHANGED
  end
  return vim.deep_equal(lines_of(file.uri), file.before) and file.edits or nil, file.name .. " changed meanwhile"
end

---All of it as one unified diff.
---@return string
function Proposal:diff()
  local parts = {} ---@type string[]
  for _, file in ipairs(self.files) do
    local old, new = table.concat(file.before, "\n") .. "\n", table.concat(file.after, "\n") .. "\n"
    if file.create then
      old = ""
    end
    local hunks = M.text_diff(old, new, { ctxlen = 3 }) --[[@as string]]
    local from = file.create and "/dev/null" or ("a/" .. file.name)
    table.insert(parts, ("--- %s\n+++ b/%s\n%s"):format(from, file.name, hunks))
  end
  return table.concat(parts)
end

---@param proposal routerd.Proposal
---@param job routerd.Job
---@return boolean whether it is seen best in the file itself
function M.in_the_file(proposal, job)
  local file = proposal.files[1]
  local about = #proposal.files == 1 and not file.create and vim.uri_to_bufnr(file.uri) == job.bufnr
  local wanted = require("routerd").options().preview ~= "split"
  return wanted and about and not proposal.stale and vim.fn.bufwinid(job.bufnr) ~= -1
end

return M
