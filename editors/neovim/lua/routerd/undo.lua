-- One edit of routerd's is one undo step, also when it arrives while the user is typing.

local M = {}

---@param change lsp.WorkspaceEdit
---@return integer[] buffers
local function buffers_of(change)
  return vim
    .iter(change.documentChanges or {})
    :map(function(part)
      return part.textDocument and vim.uri_to_bufnr(part.textDocument.uri)
    end)
    :totable()
end

---@param change lsp.WorkspaceEdit
---@return integer[] buffers of the files that it creates, unless they hold a text already
local function new_buffers(change)
  local found = {} ---@type integer[]
  for _, part in ipairs(change.documentChanges or {}) do
    if part.kind == "create" then
      local path, bufnr = vim.uri_to_fname(part.uri), vim.uri_to_bufnr(part.uri)
      local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
      if vim.deep_equal(lines, { "" }) or (#lines == 0 and not vim.uv.fs_stat(path)) then -- none: it is not loaded
        table.insert(found, bufnr)
      end
    end
  end
  return found
end

---A whole text was put into an empty buffer: its last line break ends its last line, and begins no empty one.
---@param bufnr integer
function M.end_last_line(bufnr)
  local ends = vim.bo[bufnr].endofline or vim.bo[bufnr].fixendofline and not vim.bo[bufnr].binary
  local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, false)[1]
  if ends and last == "" and vim.api.nvim_buf_line_count(bufnr) > 1 then
    vim.api.nvim_buf_set_lines(bufnr, -2, -1, false, {})
  end
end

---Runs `edit`, which applies a change, as an undo step of its own in the buffers of the change. Setting 'undolevels'
---closes the open step (:h undo-break).
---@param change lsp.WorkspaceEdit
---@param edit fun()
function M.step(change, edit)
  local buffers, new = buffers_of(change), new_buffers(change)
  local function close()
    for _, bufnr in ipairs(buffers) do
      if vim.api.nvim_buf_is_loaded(bufnr) then
        vim.bo[bufnr].undolevels = vim.bo[bufnr].undolevels
      end
    end
  end
  close()
  edit()
  vim.iter(new):filter(vim.api.nvim_buf_is_loaded):each(M.end_last_line)
  close()
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
  M.step(params.edit, function()
    answer = vim.lsp.handlers["workspace/applyEdit"](err, params, context)
  end)
  return answer
end

return M
