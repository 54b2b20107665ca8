-- Follows the lines of a buffer while an answer is on its way or a diff is looked at, and moves edits along.

---@class routerd.Moves
---@field bufnr integer
---@field version integer that the server knew when following began
---@field before string[] the lines at that time
---@field private moves { tick: integer, first: integer, last: integer, new_last: integer }[]
---@field private lost boolean
---@field private done boolean
local Moves = {}
Moves.__index = Moves

local M = {}

---@param bufnr integer
---@return routerd.Moves
function M.follow(bufnr)
  local self = setmetatable({
    bufnr = bufnr,
    version = vim.lsp.util.buf_versions[bufnr],
    before = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false),
    moves = {},
    lost = false,
    done = false,
  }, Moves)
  local function lose()
    self.lost = true
  end
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function(_, _, tick, first, last, new_last)
      if self.done then
        return true
      end
      table.insert(self.moves, { tick = tick, first = first, last = last, new_last = new_last })
    end,
    on_reload = lose,
    on_detach = lose,
  })
  return self
end

---The edits for the text as it is now, or nil where a line of theirs was touched since that version.
---@param edits lsp.TextEdit[]
---@param version integer
---@return lsp.TextEdit[]?
function Moves:carried(edits, version)
  if self.lost or not vim.api.nvim_buf_is_loaded(self.bufnr) then
    return nil
  end
  local moved = vim.deepcopy(edits)
  for _, move in ipairs(self.moves) do
    if move.tick > version then
      for _, edit in ipairs(moved) do
        local from, to = edit.range.start, edit.range["end"]
        if from.line >= move.last then
          from.line, to.line = from.line + move.new_last - move.last, to.line + move.new_last - move.last
        elseif to.line >= move.first then
          return nil
        end
      end
    end
  end
  return moved
end

function Moves:stop()
  self.done = true
end

return M
