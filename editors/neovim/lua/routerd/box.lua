-- The box at the cursor for the user's own words: their price as they are typed, `@` mentions, and a history.

local M = {}

local history = {} ---@type string[] the latest last
---What is kept of it, in memory only.
local KEPT = 50

---@param words string
local function remember(words)
  history = vim.tbl_filter(function(old)
    return old ~= words
  end, history)
  table.insert(history, words)
  if #history > KEPT then
    table.remove(history, 1)
  end
end

---@param client vim.lsp.Client
---@param about routerd.Argument
---@param words string
---@param show fun(price: string)
local function price(client, about, words, show)
  local range = about.range
  local selected = range and not vim.deep_equal(range.start, range["end"]) and range or nil
  client:request("routerd/estimate", {
    textDocument = { uri = about.uri },
    position = range and range.start or { line = 0, character = 0 },
    range = selected,
    instruction = words,
    action = about.action,
    refines = about.refines,
  }, function(_, found)
    local estimates = found and found.estimates or {}
    local one = vim.iter(estimates):find(function(estimate)
      return estimate.action == about.action
    end) or estimates[#estimates]
    show(one and ("%s → %s · %s"):format(one.tier, one.model_name, one.price) or "")
  end)
end

---Offers the files and symbols of the project, as the daemon knows them, for an `@` before the cursor.
---@param client vim.lsp.Client
---@param uri string
---@param bufnr integer
local function mention(client, uri, bufnr)
  local line = vim.api.nvim_get_current_line():sub(1, vim.fn.col(".") - 1)
  local at, _, begun = line:find("@([%w_./$%-]*)$")
  if not at then
    return
  end
  client:request("routerd/mentions", { textDocument = { uri = uri }, text = begun }, function(_, found)
    local names = vim.tbl_map(function(one)
      return one.name
    end, found and found.mentions or {})
    local here = vim.api.nvim_get_current_buf() == bufnr and vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
    local same = here and vim.api.nvim_get_current_line():sub(1, vim.fn.col(".") - 1) == line
    if same and #names > 0 and not vim.list_contains(names, begun) then
      vim.fn.complete(at + 1, names)
    end
  end)
end

---@param bufnr integer
---@param window integer
---@param send fun(words: string)
local function bind(bufnr, window, send)
  local at = #history + 1
  local function close()
    vim.cmd.stopinsert()
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
  end
  local function map(modes, key, run)
    vim.keymap.set(modes, key, run, { buffer = bufnr, nowait = true })
  end
  local function recall(step)
    return function()
      at = math.min(math.max(at + step, 1), #history + 1)
      vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, { history[at] or "" })
      vim.cmd("normal! $")
      vim.cmd.startinsert({ bang = true })
    end
  end
  map({ "n", "i" }, "<CR>", function()
    local words = vim.trim(table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), " "))
    close()
    if words ~= "" then
      remember(words)
      send(words)
    end
  end)
  map({ "n", "i" }, "<C-c>", close)
  map("n", "<Esc>", close)
  map({ "n", "i" }, "<Up>", recall(-1))
  map({ "n", "i" }, "<Down>", recall(1))
end

---Asks for words at the cursor of the current window; `send` is called where the user gave some.
---@param client vim.lsp.Client
---@param about routerd.Argument
---@param words? string sent as they are, without a box
---@param send fun(words: string)
function M.ask(client, about, words, send)
  if words and vim.trim(words) ~= "" then
    remember(words)
    return send(words)
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].completeopt = "menuone,noinsert"
  local window = vim.api.nvim_open_win(bufnr, true, {
    relative = "cursor",
    row = 1,
    col = 0,
    width = math.max(20, math.min(76, vim.o.columns - 4)),
    height = 1,
    style = "minimal",
    border = "rounded",
    title = (" routerd: %s%s "):format(about.action, about.refines and ", refined" or ""),
    footer = " @ mentions · Up: history · Enter sends ",
  })
  bind(bufnr, window, send)
  local latest = 0
  local function look()
    latest = latest + 1
    local mine, typed = latest, table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), " ")
    if vim.trim(typed) == "" then
      return
    end
    price(client, about, typed, function(said)
      local free = vim.fn.pumvisible() == 0 -- 0.12 closes the menu of mentions where its window is configured anew
      if free and mine == latest and vim.api.nvim_win_is_valid(window) and said ~= "" then
        vim.api.nvim_win_set_config(window, { footer = (" %s · Enter sends "):format(said) })
      end
    end)
  end
  vim.api.nvim_create_autocmd("TextChangedI", {
    buffer = bufnr,
    callback = function()
      mention(client, about.uri, bufnr)
    end,
  })
  local events = { "TextChanged", "TextChangedI", "TextChangedP", "CompleteDone" }
  vim.api.nvim_create_autocmd(events, { buffer = bufnr, callback = look })
  vim.cmd.startinsert()
end

return M
