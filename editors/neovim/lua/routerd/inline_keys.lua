-- The keys that decide a proposal in the file: bound in its buffer while one is shown, and never else.

local M = {}

---@type { name: string, key: string, word: string, many: boolean, run: fun() }[] in the order in which they are shown
local KEYS = {
  { name = "accept", key = "ga", word = "accept", many = false },
  { name = "discard", key = "gx", word = "discard", many = false },
  { name = "accept_all", key = "gA", word = "accept all", many = true },
  { name = "discard_all", key = "gX", word = "discard all", many = true },
  { name = "next", key = "]c", word = "next", many = true },
  { name = "previous", key = "[c", word = "previous", many = true },
}

local RUN = {
  accept = function()
    require("routerd.preview").accept_change()
  end,
  discard = function()
    require("routerd.preview").discard_change()
  end,
  accept_all = function()
    require("routerd.preview").accept()
  end,
  discard_all = function()
    require("routerd.preview").discard()
  end,
  next = function()
    require("routerd.inline").jump(1)
  end,
  previous = function()
    require("routerd.inline").jump(-1)
  end,
}

local bound = {} ---@type table<integer, { key: string, before: table<string, any> }[]> by buffer

---@param one { name: string, key: string }
---@return string? the user's own key, none where it is switched off
local function key_of(one)
  local keys = require("routerd").options().keys or {}
  local key = keys[one.name]
  return key == nil and one.key or key or nil
end

---@param keys any
---@return boolean whether it is a table of keys that this knows
function M.known(keys)
  return type(keys) == "table"
    and vim.iter(pairs(keys)):all(function(name, key)
      return RUN[name] ~= nil and (type(key) == "string" or key == false)
    end)
end

---@param words string[] what is said before the keys
---@param many boolean whether the keys for all changes are said too
---@param width integer columns
---@return string[] lines no wider than that, if each word is not
local function wrapped(words, many, width)
  words = vim.list_slice(words)
  for _, one in ipairs(KEYS) do
    local key = key_of(one)
    if key and (many or not one.many) then
      table.insert(words, ("%s %s"):format(key, one.word))
    end
  end
  local lines = { table.remove(words, 1) }
  for _, word in ipairs(words) do
    local longer = ("%s · %s"):format(lines[#lines], word)
    if vim.api.nvim_strwidth(longer) <= width then
      lines[#lines] = longer
    else
      table.insert(lines, word)
    end
  end
  return lines
end

---What stands above the new lines of a change; the keys for all changes at the first one only, as the others are alike.
---@param receipt string
---@param index integer
---@param count integer of changes
---@param width integer columns
---@return [string, string][][] virtual lines
function M.head(receipt, index, count, width)
  local words = { receipt }
  if count > 1 then
    table.insert(words, 1, ("%d of %d"):format(index, count))
  end
  return vim.tbl_map(function(line)
    return { { line, "RouterdKeys" } }
  end, wrapped(words, count > 1 and index == 1, width))
end

---@param bufnr integer
function M.bind(bufnr)
  if bound[bufnr] then
    return
  end
  bound[bufnr] = {}
  vim.api.nvim_buf_call(bufnr, function()
    for _, one in ipairs(KEYS) do
      local key = key_of(one)
      if key then
        table.insert(bound[bufnr], { key = key, before = vim.fn.maparg(key, "n", false, true) })
        vim.keymap.set("n", key, RUN[one.name], { buffer = bufnr, nowait = true, desc = "routerd: " .. one.word })
      end
    end
  end)
end

---Gives the keys back to the maps that the buffer had.
---@param bufnr integer
function M.unbind(bufnr)
  local keys = bound[bufnr] or {}
  bound[bufnr] = nil
  if not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  vim.api.nvim_buf_call(bufnr, function()
    for _, one in ipairs(keys) do
      pcall(vim.keymap.del, "n", one.key, { buffer = bufnr }) -- the user may have taken it away
      if one.before.buffer == 1 then
        vim.fn.mapset("n", false, one.before)
      end
    end
  end)
end

return M
