-- A proposal that waits: shown in the file or beside it, until it is accepted, discarded or asked for one tier up.

local inline = require("routerd.inline")
local side_by_side = require("routerd.side_by_side")

local M = {}

---@class routerd.Preview
---@field proposal routerd.Proposal
---@field outcome routerd.Outcome
---@field job routerd.Job
---@field inline? routerd.Inline where it is shown in the file itself
---@field bufnr? integer where it is shown in a split
---@field before? { window: integer, view: vim.fn.winsaveview.ret, winbar: string } how the file was seen; a diff moves it

local open = {} ---@type routerd.Preview[]

---@param preview routerd.Preview
---@return boolean whether it was open
local function forgotten(preview)
  local count = #open
  open = vim.tbl_filter(function(other)
    return other ~= preview
  end, open)
  preview.job.moves:stop()
  return #open < count
end

---@param preview routerd.Preview
---@param back? boolean whether the file is seen again as it was before
local function close(preview, back)
  forgotten(preview)
  if preview.inline then
    preview.inline:close()
  else
    side_by_side.close(preview, back)
  end
end

---Its answer is forgotten, so that the same request asks a model again.
---@param preview routerd.Preview
local function forget(preview)
  local answer, client = preview.outcome.answer, require("routerd").client(preview.job.bufnr)
  if type(answer) == "string" and client then
    client:request("workspace/executeCommand", { command = "routerd.discard", arguments = { { answer = answer } } })
  end
end

---@param proposal routerd.Proposal
---@param outcome routerd.Outcome
---@param job routerd.Job
function M.open(proposal, outcome, job)
  local preview = { proposal = proposal, outcome = outcome, job = job }
  table.insert(open, preview)
  if require("routerd.proposal").in_the_file(proposal, job) then
    local receipt = require("routerd.outcome").receipt(outcome) or "routerd"
    preview.inline = inline.open(proposal.files[1], job.bufnr, receipt, function()
      if not preview.inline.accepted then
        forget(preview)
      end
      forgotten(preview)
    end)
    vim.api.nvim_create_autocmd("BufUnload", {
      buffer = job.bufnr,
      once = true,
      callback = function()
        close(preview)
      end,
    })
  else
    side_by_side.open(preview, function(back)
      if vim.list_contains(open, preview) then
        close(preview, back)
      end
    end)
  end
end

---The preview of the current buffer, the nearest of several, or else the only one.
---@return routerd.Preview?
local function current()
  local bufnr, near = vim.api.nvim_get_current_buf(), inline.nearest()
  local found ---@type routerd.Preview?
  for _, preview in ipairs(open) do
    if preview.bufnr == bufnr or (near and preview.inline == near) then
      found = preview
      break
    end
    found = preview.job.bufnr == bufnr and preview or found
  end
  found = found or (#open == 1 and open[1] or nil)
  if not found then
    require("routerd").say("there is no proposal open here.", vim.log.levels.WARN)
  end
  return found
end

---@param problem? string
---@return boolean
local function said(problem)
  if problem then
    require("routerd").say(("not applied: %s."):format(problem), vim.log.levels.WARN)
  else
    require("routerd").say("applied.")
  end
  return problem == nil
end

function M.accept()
  local preview = current()
  if not preview then
    return
  elseif preview.inline then
    said(preview.inline:accept(preview.inline.changes))
  elseif said(preview.proposal:apply()) then
    close(preview)
  end
end

function M.discard()
  local preview = current()
  if preview and preview.inline then
    preview.inline:discard(preview.inline.changes)
  elseif preview then
    forget(preview)
    close(preview, side_by_side.elsewhere(preview))
  end
end

---The change at the cursor, or the nearest one.
function M.accept_change()
  local found, change = inline.nearest()
  if found and change then
    said(found:accept({ change }))
  end
end

function M.discard_change()
  local found, change = inline.nearest()
  if found and change then
    found:discard({ change })
  end
end

---Says more about the answer, in the conversation that it came of; the price is shown before anything is sent.
---@param words? string
function M.refine(words)
  local preview = current()
  if not preview then
    return
  end
  local job, outcome = preview.job, preview.outcome
  local client = require("routerd").client(job.bufnr)
  if not client then
    return
  elseif not outcome.answer then
    return require("routerd").say("this answer cannot be refined: ask anew.", vim.log.levels.WARN)
  end
  local argument = vim.tbl_extend("force", job.argument, { action = outcome.action, refines = outcome.answer })
  require("routerd.box").ask(client, argument, words, function(instruction)
    close(preview)
    argument.instruction = instruction
    require("routerd.run").start(client, job.bufnr, argument)
  end)
end

---@param job routerd.Job
---@param client vim.lsp.Client
---@param tier string of the answer so far
---@return routerd.Argument
local function again(job, client, tier)
  local argument = vim.tbl_extend("force", job.argument, { above = tier })
  if client.id ~= job.client.id and argument.range then -- one that was started since knows nothing of older versions
    local carried = job.moves:carried({ { range = argument.range } }, argument.version)
    argument.range = carried and carried[1].range or argument.range
    argument.version = vim.lsp.util.buf_versions[job.bufnr]
  end
  return argument
end

function M.retry()
  local preview = current()
  if not preview then
    return
  end
  local job, tier = preview.job, preview.outcome.tier
  if not tier or not preview.outcome.next_tier then -- else what was paid for would be closed for a refusal
    return require("routerd").say("there is no tier above that can be asked.", vim.log.levels.WARN)
  end
  local client = require("routerd").client(job.bufnr)
  if client then
    close(preview)
    require("routerd.run").start(client, job.bufnr, again(job, client, tier))
  end
end

return M
