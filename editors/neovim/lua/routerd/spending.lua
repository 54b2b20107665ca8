-- What things cost: estimates at the cursor, totals in a float, the report in a browser.

local M = {}

---@param lines string[]
---@param id string
local function float(lines, id)
  vim.lsp.util.open_floating_preview(lines, "markdown", { focus_id = "routerd-" .. id, border = "rounded" })
end

---A terminal of 80 columns without the float's border, as the server's own hover keeps to it.
local WIDEST = 76

---A Markdown table whose source is aligned, as that is what the float shows.
---A newline in a cell is a space, or, where the table would be too wide, the place where the cell goes on below.
---@param rows string[][] the first is the header
---@return string[] lines
local function table_of(rows)
  local widths, parts = {}, {} ---@type integer[], integer[] of whole cells, and of what cannot be divided
  for _, row in ipairs(rows) do
    for column, cell in ipairs(row) do
      widths[column] = math.max(widths[column] or 0, vim.api.nvim_strwidth((cell:gsub("\n", " "))))
      for part in vim.gsplit(cell, "\n") do
        parts[column] = math.max(parts[column] or 0, vim.api.nvim_strwidth(part))
      end
    end
  end
  local total = 3 * #widths + 1 + vim.iter(widths):fold(0, function(sum, width)
    return sum + width
  end)
  for column, width in ipairs(widths) do -- the left columns give way first
    widths[column] = math.max(parts[column], width - math.max(total - WIDEST, 0))
    total = total - width + widths[column]
  end
  local lines = {} ---@type string[]
  for number, row in ipairs(rows) do
    local shown = {} ---@type string[][] the cells of each line of this row
    for column, cell in ipairs(row) do
      local whole = cell:gsub("\n", " ")
      local fits = vim.api.nvim_strwidth(whole) <= widths[column]
      for line, part in ipairs(fits and { whole } or vim.split(cell, "\n")) do
        shown[line] = shown[line] or {}
        shown[line][column] = part
      end
    end
    for _, cells in ipairs(shown) do
      local padded = {} ---@type string[]
      for column, width in ipairs(widths) do
        local cell = cells[column] or ""
        padded[column] = cell .. (" "):rep(width - vim.api.nvim_strwidth(cell))
      end
      table.insert(lines, ("| %s |"):format(table.concat(padded, " | ")))
    end
    if number == 1 then
      local rule = vim.tbl_map(function(width)
        return ("-"):rep(width + 2)
      end, widths)
      table.insert(lines, ("|%s|"):format(table.concat(rule, "|")))
    end
  end
  return lines
end

---@param number integer
---@return string with a comma between thousands, as the hover has it
local function counted(number)
  local digits = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return digits
end

---@param estimate table an Estimate of the interface
---@return string[] cells
local function row(estimate)
  local tokens = ("%s in,\n≈ %s out"):format(counted(estimate.input_tokens), counted(estimate.output_tokens.likely))
  local model = require("routerd.outcome").model(estimate.model)
  local price = estimate.price:gsub(", ", ",\n"):gsub(" %(", "\n(")
  return { estimate.action, ("%s →\n%s"):format(estimate.tier, model), tokens, price }
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
