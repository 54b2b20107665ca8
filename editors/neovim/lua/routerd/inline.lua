-- A proposal in the file itself: removed lines are marked, new ones are virtual lines, each change is decided by itself.

local inline_changes = require("routerd.inline_changes")

local M = {}

---@class routerd.Inline
---@field bufnr integer
---@field receipt string model and price
---@field changes routerd.Change[] that wait for a decision, from top to bottom
---@field accepted boolean whether one was accepted
---@field private decided fun() called when none waits any more
local Inline = {}
Inline.__index = Inline

local namespace = vim.api.nvim_create_namespace("routerd.inline")
local shown = {} ---@type table<integer, routerd.Inline[]> by buffer

for name, link in pairs({ Removed = "DiffDelete", Added = "DiffAdd", Keys = "Comment" }) do
  vim.api.nvim_set_hl(0, "Routerd" .. name, { link = link, default = true })
end

local CHANGED = "the lines that it is for were changed meanwhile"
---@param change routerd.Change
---@return integer first row
---@return integer row behind the last one
function Inline:rows(change)
  local place = vim.api.nvim_buf_get_extmark_by_id(self.bufnr, namespace, change.mark, { details = true })
  local row, details = place[1] or 0, place[3] or {}
  if #change.old == 0 then
    row = change.above and row + 1 or row
    return row, row
  end
  return row, (details.end_row or row) + 1
end

---@param change routerd.Change
---@return boolean whether the lines that it is for are as they were
function Inline:_stands(change)
  local first, last = self:rows(change)
  local lines = vim.api.nvim_buf_get_lines(self.bufnr, 0, -1, false)
  if #change.old > 0 then
    return vim.deep_equal(vim.list_slice(lines, first + 1, last), change.old)
  end
  return lines[first] == change.above and lines[first + 1] == change.below
end

---@param change routerd.Change
---@param row integer where it begins
function Inline:_place(change, row)
  local mark = {} ---@type vim.api.keyset.set_extmark
  if #change.old > 0 then
    mark = { end_row = row + #change.old - 1, end_col = #change.old[#change.old], line_hl_group = "RouterdRemoved" }
  else
    row = change.above and row - 1 or row
  end
  change.mark = vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, 0, mark)
end

function Inline:_draw()
  for index, change in ipairs(self.changes) do
    local keys, width = require("routerd.inline_keys"), inline_changes.width(self.bufnr)
    local lines = keys.head(self.receipt, index, #self.changes, width)
    for _, line in ipairs(change.new) do
      table.insert(lines, { { inline_changes.untabbed(self.bufnr, line) .. " ", "RouterdAdded" } })
    end
    local first, last = self:rows(change)
    local top = #change.old == 0 and not change.above
    change.height = #lines
    change.view = vim.api.nvim_buf_set_extmark(self.bufnr, namespace, top and 0 or math.max(last - 1, 0), 0, {
      id = change.view,
      virt_lines = lines,
      virt_lines_above = top,
      virt_lines_overflow = "scroll",
    })
    if top and first == 0 then
      inline_changes.reveal_top(self.bufnr, #lines)
    end
  end
end

---@param change routerd.Change
function Inline:_forget(change)
  vim.api.nvim_buf_del_extmark(self.bufnr, namespace, change.mark)
  vim.api.nvim_buf_del_extmark(self.bufnr, namespace, change.view)
  self.changes = vim.tbl_filter(function(other)
    return other ~= change
  end, self.changes)
end

---Applies some changes as one undo step, or nothing of them.
---@param changes routerd.Change[]
---@return string? problem
function Inline:accept(changes)
  for _, change in ipairs(changes) do
    if not self:_stands(change) then
      return CHANGED
    end
  end
  local uri = vim.uri_from_bufnr(self.bufnr)
  require("routerd.undo").step({ documentChanges = { { textDocument = { uri = uri } } } }, function()
    for index = #changes, 1, -1 do
      local first, last = self:rows(changes[index])
      vim.api.nvim_buf_set_lines(self.bufnr, first, last, false, changes[index].new)
    end
  end)
  self.accepted = true
  self:discard(changes)
  return nil
end

---@param changes routerd.Change[]
function Inline:discard(changes)
  for _, change in ipairs(changes) do
    self:_forget(change)
  end
  if #self.changes == 0 then
    self:close()
    self.decided()
  else
    self:_draw()
  end
end

---Takes it away as it is.
function Inline:close()
  if vim.api.nvim_buf_is_loaded(self.bufnr) then
    for _, change in ipairs(self.changes) do
      self:_forget(change)
    end
  end
  local others = vim.tbl_filter(function(other)
    return other ~= self
  end, shown[self.bufnr] or {})
  shown[self.bufnr] = #others > 0 and others or nil
  if #others == 0 then
    require("routerd.inline_keys").unbind(self.bufnr)
  end
end

---@param file routerd.ProposedFile
---@param bufnr integer that holds the file as it was before
---@param receipt string
---@param decided fun()
---@return routerd.Inline
function M.open(file, bufnr, receipt, decided)
  local changes, rows = inline_changes.file(file)
  local self = setmetatable({ bufnr = bufnr, receipt = receipt, changes = changes, decided = decided }, Inline)
  self.accepted = false
  for index, change in ipairs(changes) do
    self:_place(change, rows[index])
  end
  shown[bufnr] = vim.list_extend(shown[bufnr] or {}, { self })
  require("routerd.inline_keys").bind(bufnr)
  self:_draw()
  local _, last = self:rows(changes[1])
  inline_changes.reveal_below(bufnr, math.max(last - 1, 0), changes[1].height)
  return self
end

---The proposal and the change that are nearest to the cursor.
---@return routerd.Inline?, routerd.Change?
function M.nearest()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local best, found, change ---@type integer?, routerd.Inline?, routerd.Change?
  for _, inline in ipairs(shown[vim.api.nvim_get_current_buf()] or {}) do
    for _, one in ipairs(inline.changes) do
      local first, last = inline:rows(one)
      local distance = math.max(first - row, row - math.max(last - 1, first), 0)
      if not best or distance < best then
        best, found, change = distance, inline, one
      end
    end
  end
  return found, change
end

---Puts the cursor on the next change of this buffer, whatever proposal it is of.
---@param step 1|-1
function M.jump(step)
  local row, rows = vim.api.nvim_win_get_cursor(0)[1] - 1, {} ---@type integer, integer[]
  for _, inline in ipairs(shown[vim.api.nvim_get_current_buf()] or {}) do
    for _, one in ipairs(inline.changes) do
      table.insert(rows, (inline:rows(one)))
    end
  end
  table.sort(rows, function(a, b)
    return (a - b) * step < 0
  end)
  local to = vim.iter(rows):find(function(one)
    return (one - row) * step > 0
  end) or rows[1]
  if to then
    vim.cmd("normal! m'")
    vim.api.nvim_win_set_cursor(0, { math.min(to + 1, vim.api.nvim_buf_line_count(0)), 0 })
  end
end

return M
