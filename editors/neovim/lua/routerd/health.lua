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
  local program = vim.list_slice(words)
  if program[#program] == "--stdio" or program[#program] == "serve" then
    table.remove(program)
  end
  local started, process = pcall(vim.system, vim.list_extend(program, arguments), { text = true })
  return started and process:wait(20000) or nil
end

---@param words string[]|fun(...): any
local function check_program(words)
  health.start("Program")
  if type(words) ~= "table" then
    return health.info("`cmd` is a function of your own: nothing to look at")
  end
  local version = asked(words, { "--version" })
  if not version or version.code ~= 0 then
    health.error(
      ("`%s` does not run"):format(table.concat(words, " ")),
      { "Install it: uv tool install routerd", 'Or name it: vim.lsp.config("routerd", { cmd = { "/path/to/routerd" } })' }
    )
    return
  end
  health.ok(("%s (%s)"):format(vim.trim(version.stdout), vim.fn.exepath(words[1])))
  local doctor = asked(words, { "doctor", "--json" })
  local read, report = pcall(vim.json.decode, doctor and doctor.stdout or "")
  for _, check in ipairs(read and report or {}) do
    local say = check.ok == false and health.error or check.ok == true and health.ok or health.info
    say(("%s: %s"):format(check.name, check.message))
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
  check_program(vim.lsp.config.routerd.cmd)
  check_servers()
end

return M
