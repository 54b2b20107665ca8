-- The subcommands of `:Routerd`: what each does, what may follow it, and how it is completed.

local manifest = require("routerd.manifest")

local M = {}

---@class routerd.Command
---@field help string
---@field run fun(invocation: vim.api.keyset.create_user_command.command_args, rest: string)
---@field action? boolean Whether it takes a range, `tier=` and `model=`.

---Takes `tier=…` and `model=…` off the front; what remains are the user's own words.
---@param rest string
---@return { tier?: string, model?: string, instruction?: string }
local function wish_of(rest)
  local wish = {}
  while true do
    local name, value, after = rest:match("^(%l+)=(%S+)%s*(.*)$")
    if name ~= "tier" and name ~= "model" then
      break
    end
    wish[name], rest = value, after
  end
  wish.instruction = rest ~= "" and rest or nil
  return wish
end

---@param lines? [integer, integer]
---@return lsp.Diagnostic[]? those on the lines of a range, or on the cursor's line; nil where there are none
local function diagnostics_at(lines)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local first, last = unpack(lines or { row, row })
  local found = {} ---@type lsp.Diagnostic[]
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.lnum < last and (one.end_lnum or one.lnum) >= first - 1 then
      local start = { line = one.lnum, character = one.col }
      local range = { start = start, ["end"] = start }
      table.insert(found, { range = range, message = one.message, source = one.source, code = one.code })
    end
  end
  return #found > 0 and found or nil
end

---@param spec routerd.Action
---@return routerd.Command
local function action(spec)
  return {
    help = spec.help,
    action = true,
    run = function(invocation, rest)
      local wish = wish_of(rest)
      wish.replace = invocation.bang or nil
      wish.lines = invocation.range > 0 and { invocation.line1, invocation.line2 } or nil
      if not spec.placed then
        return require("routerd.commit").write(spec.name, wish)
      end
      wish.diagnostics = spec.diagnosed and diagnostics_at(wish.lines) or nil
      if wish.instruction or wish.diagnostics or not (spec.instructed or spec.diagnosed) then
        return require("routerd.run").action(spec.name, wish)
      end
      require("routerd.run").action(spec.name, vim.tbl_extend("force", wish, { asked = true }))
    end,
  }
end

---@param help string
---@param module string
---@param name string
---@return routerd.Command
local function call(help, module, name)
  return {
    help = help,
    run = function()
      require("routerd." .. module)[name]()
    end,
  }
end

---@param command string of the daemon
---@param argument? table
local function tell(command, argument)
  local client = require("routerd").client()
  if client then
    client:exec_cmd({ title = command, command = command, arguments = { argument } })
  end
end

---@type table<string, routerd.Command>
M.commands = {
  estimate = call("What each action would cost at the cursor; sends nothing", "spending", "estimate"),
  stats = call("Spend and savings", "spending", "stats"),
  report = call("The same as a page with plots, in your browser", "spending", "report"),
  accept = call("Apply the proposal that is shown", "preview", "accept"),
  discard = call("Close the proposal that is shown", "preview", "discard"),
  refine = {
    help = "Say more about the proposal that is shown",
    run = function(_, rest)
      require("routerd.preview").refine(rest)
    end,
  },
  retry = call("Ask again, one tier up", "preview", "retry"),
  cancel = {
    help = "Cancel what runs for this buffer; with ! everything",
    run = function(invocation)
      local bufnr = not invocation.bang and vim.api.nvim_get_current_buf() or nil
      if require("routerd.run").cancel(bufnr) == 0 then
        require("routerd").say("nothing is running here.")
      end
    end,
  },
  changes = {
    help = "Review what the working tree changed; the findings open as a quickfix list",
    run = function()
      tell("routerd.reviewChanges", { uri = vim.uri_from_bufnr(0) })
    end,
  },
  clear = {
    help = "Take the findings of this file away; with ! of all files",
    run = function(invocation)
      tell("routerd.clearReview", { uri = not invocation.bang and vim.uri_from_bufnr(0) or nil })
    end,
  },
  reload = {
    help = "Read the configuration again",
    run = function()
      tell("routerd.reload")
    end,
  },
  log = {
    help = "Open the log",
    run = function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    end,
  },
}

for _, spec in ipairs(manifest.actions) do
  M.commands[spec.name] = action(spec)
end

---@param invocation vim.api.keyset.create_user_command.command_args
function M.run(invocation)
  local name, rest = invocation.args:match("^(%S*)%s*(.*)$")
  local command = M.commands[name == "" and "estimate" or name]
  if not command then
    local names = table.concat(M.complete("", "Routerd "), ", ")
    return require("routerd").say(("there is no '%s'; there are %s."):format(name, names), vim.log.levels.ERROR)
  end
  command.run(invocation, rest)
end

---@param lead string
---@param line string up to the cursor and beyond
---@return string[]
function M.complete(lead, line)
  local before = line:match("R%l*!?%s+(.*)$") or "" -- Neovim takes `:Rou` as well
  local name = before:match("^(%S+)%s")
  local found = {} ---@type string[]
  if not name then
    found = vim.tbl_keys(M.commands)
  elseif (M.commands[name] or {}).action then
    found = vim.tbl_map(function(tier)
      return "tier=" .. tier
    end, manifest.tiers)
  end
  found = vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, found)
  table.sort(found)
  return found
end

return M
