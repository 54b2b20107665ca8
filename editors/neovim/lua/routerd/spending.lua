-- What things cost: estimates at the cursor, totals in a float, the report in a browser.

local M = {}

---@param lines string[]
---@param id string
local function float(lines, id)
  vim.lsp.util.open_floating_preview(lines, "markdown", { focus_id = "routerd-" .. id, border = "rounded" })
end

---A Markdown table whose source is aligned, as that is what the float shows.
---@param rows string[][] the first is the header
---@return string[] lines
local function table_of(rows)
  local widths = {} ---@type integer[]
  for _, row in ipairs(rows) do
    for column, cell in ipairs(row) do
      widths[column] = math.max(widths[column] or 0, vim.api.nvim_strwidth(cell))
    end
  end
  local lines = vim.tbl_map(function(row)
    local cells = {} ---@type string[]
    for column, cell in ipairs(row) do
      table.insert(cells, cell .. (" "):rep(widths[column] - vim.api.nvim_strwidth(cell)))
    end
    return ("| %s |"):format(table.concat(cells, " | "))
  end, rows)
  local rule = vim.tbl_map(function(width)
    return ("-"):rep(width + 2)
  end, widths)
  table.insert(lines, 2, ("|%s|"):format(table.concat(rule, "|")))
  return lines
end

---@param number integer
---@return string with the thousands apart, as in the hover
local function grouped(number)
  local digits = tostring(number)
  local found ---@type integer
  repeat
    digits, found = digits:gsub("^(%d+)(%d%d%d)", "%1,%2")
  until found == 0
  return digits
end

---@param estimate table an Estimate of the interface
---@return string[] cells
local function row(estimate)
  local tokens = ("%s in, ≈ %s out"):format(grouped(estimate.input_tokens), grouped(estimate.output_tokens.likely))
  return { estimate.action, ("%s → %s"):format(estimate.tier, estimate.model_name), tokens, estimate.price }
end

function M.estimate()
  local client = require("routerd").client()
  if not client then
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  client:request("routerd/estimate", params, function(problem, found)
    if problem then
      return require("routerd").say(problem.message, vim.log.levels.ERROR)
    end
    local about = found.symbol ~= vim.NIL and ("`%s`"):format(found.symbol) or "this file"
    local rows = vim.tbl_map(row, found.estimates)
    table.insert(rows, 1, { "action", "tier → model", "tokens", "price" })
    float(vim.list_extend({ "What it would cost for " .. about, "" }, table_of(rows)), "estimate")
  end)
end

function M.stats()
  local client = require("routerd").client()
  if not client then
    return
  end
  client:exec_cmd({ title = "stats", command = "routerd.stats" }, nil, function(problem, stats)
    if problem then
      return require("routerd").say(problem.message, vim.log.levels.ERROR)
    end
    local words = "Spent %s in %d actions, saved %s."
    local lines = { words:format(stats.price.spent, stats.actions, stats.price.saved), "" }
    local rows = { { "model", "attempts", "rejected", "failed", "cost" } }
    for _, model in ipairs(stats.models) do
      local counts = vim.tbl_map(tostring, { model.attempts, model.rejected, model.failed })
      table.insert(rows, vim.iter({ model.model, counts, model.price }):flatten():totable())
    end
    vim.list_extend(lines, table_of(rows))
    float(lines, "stats")
  end)
end

function M.report()
  local page = vim.fs.joinpath(vim.fn.stdpath("cache") --[[@as string]], "routerd-report.html")
  vim.fn.mkdir(vim.fs.dirname(page), "p")
  local command = vim.list_extend(require("routerd.program").words() or { "routerd" }, { "report", "--out", page })
  local shown = vim.schedule_wrap(function(done)
    local problem = done.code ~= 0 and vim.trim(done.stderr) or select(2, vim.ui.open(page))
    if problem then
      require("routerd").say(problem, vim.log.levels.ERROR)
    end
  end)
  if not pcall(vim.system, command, { text = true }, shown) then
    require("routerd").say(("%s does not run; see :checkhealth routerd."):format(command[1]), vim.log.levels.ERROR)
  end
end

return M
