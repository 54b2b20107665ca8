-- Starts the server again where it ended by itself, as when the daemon behind it was killed or made way for a newer one.

local M = {}

---Before each start, longer from one to the next; after the last one the user has to look at the cause.
local WAITS_MS = { 200, 1000, 4000 }
---Ends further apart than this do not count together.
local WINDOW_MS = 180000

local ends = {} ---@type integer[] when the server ended by itself, in ms

---@return integer? ms to wait before the next start; nil where there were too many
local function wait_ms()
  local now = vim.uv.now()
  ends = vim.tbl_filter(function(time)
    return now - time < WINDOW_MS
  end, ends)
  table.insert(ends, now)
  return WAITS_MS[#ends]
end

---`on_exit` of the client: 0 is the end that Neovim itself asked for.
---@param code integer
---@param signal integer
---@param client_id integer
function M.ended(code, signal, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if (code == 0 and signal == 0) or not client or not client.initialized or vim.v.exiting ~= vim.NIL then
    return
  end
  local buffers, config, wait = vim.tbl_keys(client.attached_buffers), client.config, wait_ms()
  if not wait then
    vim.schedule(function()
      local words = "the server ended too often to be started again; :edit starts it, :Routerd log may say why."
      require("routerd").say(words, vim.log.levels.ERROR)
    end)
    return
  end
  vim.defer_fn(function()
    for _, bufnr in ipairs(buffers) do
      if vim.api.nvim_buf_is_loaded(bufnr) and #vim.lsp.get_clients({ name = client.name, bufnr = bufnr }) == 0 then
        vim.lsp.start(config, { bufnr = bufnr })
      end
    end
  end, wait)
end

return M
