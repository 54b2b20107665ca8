-- One edit of routerd's is one undo step, also when it arrives while the user is typing.

local M = {}

---Runs `edit` as an undo step of its own in these buffers. Setting 'undolevels' closes the open step (:h undo-break).
---@param buffers integer[]
---@param edit fun()
function M.step(buffers, edit)
  local function close()
    for _, bufnr in ipairs(buffers) do
      if vim.api.nvim_buf_is_loaded(bufnr) then
        vim.bo[bufnr].undolevels = vim.bo[bufnr].undolevels
      end
    end
  end
  close()
  edit()
  close()
end

---@param change lsp.WorkspaceEdit
---@return integer[] buffers
function M.buffers(change)
  return vim
    .iter(change.documentChanges or {})
    :map(function(part)
      return part.textDocument and vim.uri_to_bufnr(part.textDocument.uri)
    end)
    :totable()
end

---Neovim's own handler, with the edit as a step of its own, and without its print of the label: the receipt says it.
---It drops a stale edit and still answers "applied", and does not look at version 0 at all; so versions are held
---against the buffers here.
---@param params lsp.ApplyWorkspaceEditParams
function M.apply_edit(err, params, context)
  for _, part in ipairs(params.edit.documentChanges or {}) do
    local version = part.textDocument and part.textDocument.version
    if type(version) == "number" and version < vim.lsp.util.buf_versions[vim.uri_to_bufnr(part.textDocument.uri)] then
      return { applied = false, failureReason = "the file was changed that very moment" }
    end
  end
  local answer
  params.label = nil
  M.step(M.buffers(params.edit), function()
    answer = vim.lsp.handlers["workspace/applyEdit"](err, params, context)
  end)
  return answer
end

return M
