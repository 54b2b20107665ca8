-- A line of virtual text behind the target while an action runs: stage, model, tokens, dollars, seconds, how to cancel.

local M = {}

---@class routerd.Shown
---@field bufnr integer
---@field mark integer

local namespace = vim.api.nvim_create_namespace("routerd.progress")
local shown = {} ---@type table<string, routerd.Shown> by progress token

vim.api.nvim_set_hl(0, "RouterdProgress", { link = "Comment", default = true })

---@param bufnr integer
---@param line integer from 0
---@param message string
---@param mark? integer that shows the message from now on
---@return integer mark
local function draw(bufnr, line, message, mark)
  local words = ("  routerd: %s · :Routerd cancel"):format(message)
  return vim.api.nvim_buf_set_extmark(bufnr, namespace, line, 0, {
    id = mark,
    virt_text = { { words, "RouterdProgress" } },
    undo_restore = false,
  })
end

---@param token string
---@param bufnr integer
---@param line integer from 0; the text follows it when lines come in above
function M.start(token, bufnr, line)
  if require("routerd").options().progress then
    line = math.min(line, vim.api.nvim_buf_line_count(bufnr) - 1)
    shown[token] = { bufnr = bufnr, mark = draw(bufnr, line, "starting") }
  end
end

---@param token string
function M.stop(token)
  local one = shown[token]
  shown[token] = nil
  if one and vim.api.nvim_buf_is_valid(one.bufnr) then
    vim.api.nvim_buf_del_extmark(one.bufnr, namespace, one.mark)
  end
end

vim.api.nvim_create_autocmd("LspProgress", {
  group = vim.api.nvim_create_augroup("routerd.progress", {}),
  callback = function(event)
    local params = event.data.params
    local one, message = shown[params.token], params.value.message
    if one and message and params.value.kind ~= "end" and vim.api.nvim_buf_is_loaded(one.bufnr) then
      local place = vim.api.nvim_buf_get_extmark_by_id(one.bufnr, namespace, one.mark, {})
      draw(one.bufnr, place[1] or 0, message, one.mark)
    end
  end,
})

return M
