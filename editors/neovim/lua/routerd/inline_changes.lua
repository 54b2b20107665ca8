-- The changes of a proposal, line by line, and how a line is written as virtual text.

local M = {}

---@class routerd.Change One run of lines of a proposal.
---@field old string[] the lines that it replaces; none for an insertion
---@field new string[]
---@field above? string the line above an insertion as it was; nil at the top
---@field below? string the line below an insertion as it was; nil at the end
---@field mark? integer extmark of the lines that it replaces, or of the line that an insertion stands below
---@field view? integer extmark of the new lines
---@field height? integer how many virtual lines

---@param bufnr integer
---@param line string
---@return string with spaces for its tabs, which virtual text does not show
function M.untabbed(bufnr, line)
  local stop, found = vim.bo[bufnr].tabstop, ""
  for index, piece in ipairs(vim.split(line, "\t", { plain = true })) do
    if index > 1 then
      found = found .. (" "):rep(stop - vim.api.nvim_strwidth(found) % stop)
    end
    found = found .. piece
  end
  return found
end

---@param file routerd.ProposedFile
---@return routerd.Change[], integer[] rows where each begins
function M.file(file)
  local changes, rows = {}, {} ---@type routerd.Change[], integer[]
  local old, new = table.concat(file.before, "\n") .. "\n", table.concat(file.after, "\n") .. "\n"
  local options = { result_type = "indices", algorithm = "histogram" }
  for _, hunk in ipairs(require("routerd.proposal").text_diff(old, new, options) --[[@as integer[][] ]]) do
    local first, removed, from, added = unpack(hunk)
    local change = { old = vim.list_slice(file.before, first, first + removed - 1), new = {} }
    if removed == 0 then
      change.old, change.above, change.below = {}, file.before[first], file.before[first + 1]
      first = first + 1
    end
    change.new = added > 0 and vim.list_slice(file.after, from, from + added - 1) or {}
    table.insert(changes, change)
    table.insert(rows, first - 1)
  end
  return changes, rows
end

---@param bufnr integer
---@return integer columns of its text in the narrowest window that shows it
function M.width(bufnr)
  local widths = vim.tbl_map(function(window)
    return vim.api.nvim_win_get_width(window) - vim.fn.getwininfo(window)[1].textoff
  end, vim.fn.win_findbuf(bufnr))
  return math.min(vim.o.columns, unpack(widths))
end

---Scrolls windows whose last rows hold a change, as far as the cursor lets them, so that its virtual lines are seen.
---@param bufnr integer
---@param row integer above the virtual lines
---@param count integer of those lines
function M.reveal_below(bufnr, row, count)
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    local place = vim.fn.screenpos(window, row + 1, 1).row
    local last = vim.fn.win_screenpos(window)[1] + vim.api.nvim_win_get_height(window) - 1
    vim.api.nvim_win_call(window, function()
      local steps = math.min(place + count - last, vim.fn.line(".") - vim.fn.line("w0"))
      if place > 0 and steps > 0 and vim.api.nvim_get_mode().mode == "n" then
        vim.cmd(("normal! %d\5"):format(steps)) -- CTRL-E
      end
    end)
  end
end

---Scrolls windows at a buffer's top so that virtual lines above the first one are seen.
---@param bufnr integer
---@param count integer of those lines
function M.reveal_top(bufnr, count)
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_win_call(window, function()
      if vim.fn.line("w0") == 1 then
        vim.fn.winrestview({ topline = 1, topfill = count })
      end
    end)
  end
end

return M
