-- The diff of a proposal in a split: side by side where it is about one open file, else as one unified diff.

local M = {}

---@param preview routerd.Preview
---@return boolean whether the user is not in the file itself, where a jump of the cursor would surprise
function M.elsewhere(preview)
  return preview.before ~= nil and preview.before.window ~= vim.api.nvim_get_current_win()
end

---@param preview routerd.Preview
---@param back? boolean whether the file is seen again as it was before
function M.close(preview, back)
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

---@param preview routerd.Preview
---@param closed fun(back: boolean) called when its window was closed
function M.open(preview, closed)
  preview.bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[preview.bufnr].bufhidden = "wipe"
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
  local model = (preview.outcome.model_name or ""):gsub("%%", "%%%%")
  vim.wo[window][0].winbar = ("%s  %%=%s"):format(model, words)
  if whole then
    preview.before = side_by_side(window, assert(source), first_change(file))
  end
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = bufnr,
    callback = function() -- its window was closed; to a buffer on its way out nothing can be done
      local back = M.elsewhere(preview)
      vim.schedule(function()
        closed(back)
      end)
    end,
  })
end

return M
