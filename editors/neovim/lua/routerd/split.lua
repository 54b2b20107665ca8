-- Opens a buffer beside the file it is about, and never takes the keyboard from someone who is typing elsewhere.

local M = {}

---@param source? integer a buffer
---@return integer window that shows it, else an ordinary one of this tab page
---@return boolean found
local function window_of(source)
  local current = vim.api.nvim_get_current_win()
  if source and vim.api.nvim_win_get_buf(current) ~= source then
    local other = vim.fn.bufwinid(source)
    if other ~= -1 then
      return other, true
    end
  end
  if vim.api.nvim_win_get_config(current).relative == "" then
    return current, source ~= nil and vim.api.nvim_win_get_buf(current) == source
  end
  local ordinary = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(window)
    return vim.api.nvim_win_get_config(window).relative == ""
  end)
  return ordinary, false
end

---@param bufnr integer to show
---@param source? integer the buffer that it is about
---@return integer window of `bufnr`
---@return integer? window of `source`, where it is seen
function M.beside(bufnr, source)
  local window, found = window_of(source)
  local free = vim.api.nvim_get_mode().mode == "n" and vim.api.nvim_get_current_win() == window
  local new = vim.api.nvim_open_win(bufnr, free, { split = "right", win = window })
  return new, found and window or nil
end

return M
