-- `:checkhealth routerd`: Neovim, the program, the configuration, the servers; it changes nothing.

local M = {}

local health = vim.health

local function check_neovim()
  health.start("Neovim")
  if vim.fn.has("nvim-0.11") == 1 then
    health.ok(("version %s"):format(vim.version()))
  else
    health.error("Neovim 0.11 or newer is needed", "Update Neovim.")
  end
  if vim.lsp.is_enabled and vim.lsp.is_enabled("routerd") then
    health.ok('vim.lsp.enable("routerd") was called')
  else
    health.warn("the server is not enabled", 'Put vim.lsp.enable("routerd") into your init.lua.')
  end
end

---@param words string[]
---@param arguments string[]
---@return vim.SystemCompleted?
local function asked(words, arguments)
  local command = vim.list_extend(vim.list_slice(words), arguments)
  local started, process = pcall(vim.system, command, { text = true })
  return started and process:wait(20000) or nil
end

local function check_program()
  health.start("Program")
  local words = require("routerd.program").words()
  if not words then
    return health.info("`cmd` is a function of your own: nothing to look at")
  end
  local version = asked(words, { "--version" })
  if not version or version.code ~= 0 then
    return health.error(("`%s` does not run"):format(table.concat(words, " ")), {
      "Install it: uv tool install . (in a checkout of routerd)",
      'Or name it: vim.lsp.config("routerd", { cmd = { "/path/to/routerd" } })',
    })
  end
  health.ok(("%s (%s)"):format(vim.trim(version.stdout), vim.fn.exepath(words[1])))
  local doctor = asked(words, { "doctor", "--json" })
  local read, report = pcall(vim.json.decode, doctor and doctor.stdout or "")
  if not read then
    return health.warn("`routerd doctor` did not answer", "Run it in a shell.")
  end
  for _, check in ipairs(report) do
    local say = check.ok == false and health.error or check.ok == true and health.ok or health.info
    say(("%s: %s"):format(check.name, check.message))
  end
end

local function check_options()
  health.start("Options")
  local switch = { true, false }
  ---@type table<string, any[]>
  local known =
    { apply = { "preview", "direct" }, preview = { "inline", "split" }, notify = switch, progress = switch }
  local wrong = vim.tbl_filter(function(name)
    if name == "keys" then
      return not require("routerd.inline_keys").known(vim.g.routerd.keys)
    end
    return not vim.list_contains(known[name] or {}, vim.g.routerd[name])
  end, vim.tbl_keys(vim.g.routerd or {}))
  for _, name in ipairs(wrong) do
    health.warn(("vim.g.routerd.%s is not an option, or not a value of it"):format(name), "See :help g:routerd.")
  end
  if #wrong == 0 then
    health.ok(vim.inspect(require("routerd").options(), { newline = "", indent = " " }))
  end
end

local function check_servers()
  health.start("Servers")
  local clients = vim.lsp.get_clients({ name = "routerd" })
  if #clients == 0 then
    health.info("none is running: one starts with the first file of a known type")
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local words = "%s at %s, %d buffers, %s"
    health.ok(words:format(client.name, client.root_dir or "no root", buffers, client.offset_encoding))
  end
  local line = require("routerd").statusline()
  if line ~= "" then
    health.info(line)
  end
end

function M.check()
  check_neovim()
  check_program()
  check_options()
  check_servers()
end

return M
