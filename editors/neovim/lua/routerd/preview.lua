-- The diff of a proposal in a split, until it is accepted, discarded or asked for again one tier up.

local M = {}

---@class routerd.Preview
---@field bufnr integer
---@field proposal routerd.Proposal
---@field outcome routerd.Outcome
---@field job routerd.Job
---@field before? { window: integer, view: vim.fn.winsaveview.ret, winbar: string } how the file was seen; a diff moves it

local open = {} ---@type table<integer, routerd.Preview> by buffer

---@param preview routerd.Preview
---@return boolean whether the user is not in the file itself, where a jump of the cursor would surprise
local function elsewhere(preview)
  return preview.before ~= nil and preview.before.window ~= vim.api.nvim_get_current_win()
end

---@param preview routerd.Preview
---@param back? boolean whether the file is seen again as it was before
local function close(preview, back)
  open[preview.bufnr] = nil
  preview.job.moves:stop()
  local before = preview.before
  if before and vim.api.nvim_win_is_valid(before.window) then
    vim.api.nvim_win_call(before.window, function()
      vim.cmd.diffoff()
      vim.wo[0][0].winbar = before.winbar
      if back and vim.api.nvim_get_current_buf() == preview.job.bufnr then
        vim.fn.winrestview(before.view)
      end
    end)
  end
  if vim.api.nvim_buf_is_valid(preview.bufnr) then
    vim.api.nvim_buf_delete(preview.bufnr, { force = true })
  end
end

---@param file routerd.ProposedFile
---@return integer line of the first change, from 1
local function first_change(file)
  local old, new = table.concat(file.before, "\n"), table.concat(file.after, "\n")
  local hunks = require("routerd.proposal").text_diff(old, new, { result_type = "indices" }) --[[@as integer[][] ]]
  return hunks[1] and math.max(1, hunks[1][3]) or 1
end

---@param window integer of the proposal
---@param source integer window of the file
---@param line integer
local function side_by_side(window, source, line)
  vim.api.nvim_win_set_cursor(window, { line, 0 })
  vim.api.nvim_win_call(window, vim.cmd.diffthis)
  return vim.api.nvim_win_call(source, function()
    local before = { window = source, view = vim.fn.winsaveview(), winbar = vim.wo.winbar }
    vim.cmd.diffthis()
    vim.wo[0][0].winbar = "%t" -- as high as the other's, so that equal lines are level
    return before
  end)
end

---Side by side where it is about one open file, else as one unified diff.
---@param preview routerd.Preview
local function show(preview)
  local proposal, bufnr, about = preview.proposal, preview.bufnr, preview.job.bufnr
  local file = proposal.files[1]
  local window, source = require("routerd.split").beside(bufnr, about)
  local whole = source and #proposal.files == 1 and not file.create and not proposal.stale
  local lines = whole and file.after or vim.split(proposal:diff(), "\n")
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.api.nvim_buf_set_name(bufnr, ("routerd://%d/%s"):format(bufnr, file.name))
  vim.bo[bufnr].filetype = whole and vim.bo[about].filetype or "diff"
  vim.bo[bufnr].modifiable = false
  local words = proposal.stale and ":Routerd discard" or ":Routerd accept │ discard"
  words = preview.outcome.next_tier and words .. " │ retry" or words
  local model = (preview.outcome.model or ""):gsub("%%", "%%%%")
  vim.wo[window][0].winbar = ("%s  %%=%s"):format(model, words)
  if whole then
    preview.before = side_by_side(window, assert(source), first_change(file))
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
    callback = function() -- its window was closed; to a buffer on its way out nothing can be done
      local back = elsewhere(preview)
      vim.schedule(function()
        if open[bufnr] then
          close(preview, back)
        end
      end)
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

---Its answer is forgotten, so that the same request asks a model again.
---@param preview routerd.Preview
local function forget(preview)
  local answer, client = preview.outcome.answer, require("routerd").client(preview.job.bufnr)
  if type(answer) == "string" and client then
    client:request("workspace/executeCommand", { command = "routerd.discard", arguments = { { answer = answer } } })
  end
end

function M.discard()
  local preview = current()
  if preview then
    forget(preview)
    close(preview, elsewhere(preview))
  end
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
