-- The daemon's program as the user's configuration names it, for what is asked of it outside of LSP.

local M = {}

---@return string[]? words of the command without what makes it serve; nil where `cmd` is a function of the user's own
function M.words()
  local command = vim.lsp.config.routerd.cmd
  if type(command) ~= "table" then
    return nil
  end
  local words = {} ---@type string[]
  for _, word in ipairs(command) do
    if word == "serve" or word == "--stdio" then
      break
    end
    table.insert(words, word)
  end
  return words
end

return M
