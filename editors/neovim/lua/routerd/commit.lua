-- `:Routerd commit`: writes the message of what is staged into a commit's buffer, or into one of its own.

local M = {}

---@param outcome routerd.Outcome
---@param source integer
local function show(outcome, source)
  local lines = vim.split(vim.trim(outcome.document), "\n")
  if vim.api.nvim_buf_is_valid(source) and vim.bo[source].filetype == "gitcommit" then
    vim.api.nvim_buf_set_lines(source, 0, 0, false, lines)
  else
    require("routerd.outcome").show_document(table.concat(lines, "\n"), "COMMIT_EDITMSG", "gitcommit", source)
  end
  require("routerd.outcome").answered(outcome)
end

---@param action string
---@param wish { tier?: string, model?: string, instruction?: string }
function M.write(action, wish)
  local bufnr = vim.api.nvim_get_current_buf()
  -- A commit's buffer belongs to no server, and what is staged belongs to no buffer: any routerd answers.
  local client = vim.lsp.get_clients({ name = "routerd" })[1] or require("routerd").client(bufnr)
  if not client then
    return
  end
  local root = vim.fs.root(bufnr, ".git") or vim.fn.getcwd()
  local argument = { action = action, uri = vim.uri_from_fname(root) }
  require("routerd.run").start(client, bufnr, vim.tbl_extend("error", argument, wish), show)
end

return M
