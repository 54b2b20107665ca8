-- Runs an action through `routerd/run` and holds on to it until it ends, so that it can be cancelled.

local M = {}

---@class routerd.Argument of `routerd/run` and `routerd.run`
---@field action string
---@field uri string
---@field range? lsp.Range none means the whole file
---@field version? integer none where it is not about a buffer's text
---@field tier? string
---@field model? string
---@field above? string the tier of an answer that was not good enough: the daemon asks a stronger one
---@field instruction? string
---@field refines? string the answer that the instruction says more about
---@field replace? boolean
---@field diagnostics? lsp.Diagnostic[]
---@field apply? boolean
---@field workDoneToken? string

---@class routerd.Job
---@field client vim.lsp.Client
---@field bufnr integer
---@field argument routerd.Argument
---@field moves routerd.Moves
---@field request? integer
---@field show_text? fun(outcome: routerd.Outcome, source: integer) where its text goes; else a document beside

local jobs = {} ---@type table<string, routerd.Job> by progress token
local count = 0

---@param token string
local function forget(token)
  jobs[token] = nil
  require("routerd.progress").stop(token)
end

---The daemon applies insertions by itself and checks that they arrived; anything else may be looked at first.
---@param argument routerd.Argument
local function applies(argument)
  local spec = vim.iter(require("routerd.manifest").actions):find(function(one)
    return one.name == argument.action
  end)
  local rewrites = argument.replace == true or (spec ~= nil and spec.rewrites)
  return require("routerd").options().apply == "direct" or not rewrites
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param argument routerd.Argument
---@param show_text? fun(outcome: routerd.Outcome, source: integer)
function M.start(client, bufnr, argument, show_text)
  if argument.version and vim.api.nvim_buf_get_name(bufnr) == "" then
    return require("routerd").say("this buffer has no name yet: :write it to a file first.", vim.log.levels.WARN)
  end
  count = count + 1
  local token = ("routerd-nvim-%d"):format(count)
  argument = vim.tbl_extend("force", argument, { workDoneToken = token, apply = applies(argument) })
  local job = { client = client, bufnr = bufnr, argument = argument, moves = require("routerd.moves").follow(bufnr) }
  job.show_text = show_text
  jobs[token] = job
  require("routerd.progress").start(token, bufnr, argument.range and argument.range.start.line or 0)
  local sent, request = client:request("routerd/run", argument, function(problem, outcome)
    forget(token)
    if problem then
      job.moves:stop()
      require("routerd").say(problem.message, vim.log.levels.ERROR)
    else
      require("routerd.outcome").show(outcome, job)
    end
  end, bufnr)
  if sent then
    job.request = request
  else
    forget(token)
    require("routerd").say("the server is not running; see :checkhealth routerd.", vim.log.levels.ERROR)
  end
end

---@param client vim.lsp.Client
---@return lsp.Range an empty one at the cursor of the current window
local function cursor(client)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local place = { line = row - 1, character = vim.str_utfindex(line, client.offset_encoding, column, false) }
  return { start = place, ["end"] = place }
end

---Runs an action with the words that the user then types.
---@param client vim.lsp.Client
---@param bufnr integer
---@param argument routerd.Argument
local function ask(client, bufnr, argument)
  require("routerd.box").ask(client, argument, nil, function(words)
    argument.instruction = words
    M.start(client, bufnr, argument)
  end)
end

---As `require("routerd").run`.
---@param action string
---@param wish { tier?: string, model?: string, instruction?: string, replace?: boolean, lines?: [integer, integer], diagnostics?: lsp.Diagnostic[], asked?: boolean }
function M.action(action, wish)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = require("routerd").client(bufnr)
  if not client then
    return
  end
  local range = nil ---@type lsp.Range?
  if not wish.lines then
    range = cursor(client)
  elseif wish.lines[1] > 1 or wish.lines[2] < vim.api.nvim_buf_line_count(bufnr) then
    range = { start = { line = wish.lines[1] - 1, character = 0 }, ["end"] = { line = wish.lines[2], character = 0 } }
  end
  local argument = {
    action = action,
    uri = vim.uri_from_bufnr(bufnr),
    range = range,
    version = vim.lsp.util.buf_versions[bufnr],
    tier = wish.tier,
    model = wish.model,
    instruction = wish.instruction,
    replace = wish.replace,
    diagnostics = wish.diagnostics,
  }
  if not wish.asked then
    return M.start(client, bufnr, argument)
  end
  ask(client, bufnr, argument)
end

---The command of a menu entry or a lens.
---@param command lsp.Command
---@param context { client_id: integer, bufnr: integer }
function M.from_menu(command, context)
  local argument = command.arguments[1] --[[@as routerd.Argument]]
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  M.start(client, context.bufnr, argument)
end

---The command of the menu's entry for the user's own words.
---@param command lsp.Command
---@param context { client_id: integer, bufnr: integer }
function M.asked_from_menu(command, context)
  local argument = command.arguments[1] --[[@as routerd.Argument]]
  ask(assert(vim.lsp.get_client_by_id(context.client_id)), context.bufnr, argument)
end

---Cancels the jobs of a buffer, or all. The daemon closes the upstream at once and still answers what was spent.
---@param bufnr? integer
---@return integer how many
function M.cancel(bufnr)
  local found = 0
  for _, job in pairs(jobs) do
    if job.request and (not bufnr or job.bufnr == bufnr) then
      job.client:cancel_request(job.request)
      found = found + 1
    end
  end
  return found
end

---@param client_id integer
---@return boolean
function M.busy(client_id)
  return vim.iter(pairs(jobs)):any(function(_, job)
    return job.client.id == client_id
  end)
end

---A server ended: nobody will answer its jobs any more.
---@param client_id integer
function M.lost(_, _, client_id)
  require("routerd.status").forget(client_id)
  for token, job in pairs(jobs) do
    if job.client.id == client_id then
      jobs[token] = nil
      job.moves:stop()
      vim.schedule(function() -- buffers cannot be touched here
        forget(token)
        local words = "the server ended during '%s'; see :Routerd log."
        require("routerd").say(words:format(job.argument.action), vim.log.levels.ERROR)
      end)
    end
  end
end

return M
