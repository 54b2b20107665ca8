-- What things cost: estimates at the cursor, totals in a float, the report in a browser.

local M = {}

---@param lines string[]
---@param id string
local function float(lines, id)
  vim.lsp.util.open_floating_preview(lines, "markdown", { focus_id = "routerd-" .. id, border = "rounded" })
end

---@param estimate table an Estimate of the interface
---@return string
local function row(estimate)
  local dollars = require("routerd.status").dollars
  local cost = estimate.cost ~= vim.NIL and estimate.cost or {}
  local range = cost.low ~= cost.high and (" (%s – %s)"):format(dollars(cost.low), dollars(cost.high)) or ""
  local tokens = ("%d in, ≈ %d out"):format(estimate.input_tokens, estimate.output_tokens.likely)
  local model = estimate.model:match("^offline") and "built-in, offline" or estimate.model
  return ("| %s | %s → %s | %s | %s%s |"):format(
    estimate.action, estimate.tier, model, tokens, dollars(cost.likely), range
  )
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
    local lines = { "What it would cost for " .. about, "", "| action | tier → model | tokens | price |", "|---|---|---|---|" }
    vim.list_extend(lines, vim.tbl_map(row, found.estimates))
    float(lines, "estimate")
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
    local dollars = require("routerd.status").dollars
    local lines = {
      ("Spent %s in %d actions, saved %s."):format(dollars(stats.spent), stats.actions, dollars(stats.saved)),
      "",
      "| model | attempts | rejected | failed | cost |",
      "|---|--:|--:|--:|--:|",
    }
    for _, model in ipairs(stats.models) do
      local cells = { model.model, model.attempts, model.rejected, model.failed, dollars(model.cost) }
      table.insert(lines, ("| %s |"):format(table.concat(cells, " | ")))
    end
    float(lines, "stats")
  end)
end

---The program without what makes it serve.
---@return string[]
local function program()
  local command = vim.lsp.config.routerd.cmd
  if type(command) ~= "table" then
    return { "routerd" }
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

function M.report()
  local page = vim.fs.joinpath(vim.fn.stdpath("cache") --[[@as string]], "routerd-report.html")
  vim.fn.mkdir(vim.fs.dirname(page), "p")
  vim.system(vim.list_extend(program(), { "report", "--out", page }), { text = true }, function(done)
    vim.schedule(function()
      if done.code == 0 then
        vim.ui.open(page)
      else
        require("routerd").say(vim.trim(done.stderr), vim.log.levels.ERROR)
      end
    end)
  end)
end

return M
