-- The findings of a review as a location list: filled by itself, opened by the user.

local M = {}

---Fills the list of each window that shows the buffer; without findings the lists stay as they are.
---@param found? lsp.Diagnostic[]
---@param job routerd.Job
---@return boolean whether there is one now
function M.list(found, job)
  local windows = vim.fn.win_findbuf(job.bufnr) -- none where the buffer was closed meanwhile
  if not found or #found == 0 or #windows == 0 then
    return false
  end
  local uri = vim.uri_from_bufnr(job.bufnr)
  local places = vim.tbl_map(function(one)
    return { uri = uri, range = one.range, message = one.message }
  end, found)
  local items = vim.lsp.util.locations_to_items(places, job.client.offset_encoding)
  for _, item in ipairs(items) do
    item.text = item.user_data.message
  end
  for _, window in ipairs(windows) do
    vim.fn.setloclist(window, {}, " ", { title = "routerd: review", items = items })
  end
  return true
end

return M
