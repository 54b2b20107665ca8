-- Keeps to one position encoding with the other servers of a buffer, as Neovim and plugins warn where they differ.

local M = {}

---The encoding that all other servers of these buffers agree on.
---@param buffers integer[]
---@return string?
local function agreed(buffers)
  local found ---@type string?
  for _, bufnr in ipairs(buffers) do
    for _, client in ipairs(vim.lsp.get_clients({ bufnr = bufnr })) do
      if client.name ~= "routerd" then
        if found and found ~= client.offset_encoding then
          return nil
        end
        found = client.offset_encoding
      end
    end
  end
  return found
end

---What each root's server was started again with, so that servers which disagree cannot make it go on forever.
local tried = {} ---@type table<string, string>

---@param client vim.lsp.Client
---@param encoding string
local function restart(client, encoding)
  local buffers, config = vim.tbl_keys(client.attached_buffers), client.config
  tried[client.root_dir or ""] = encoding
  client:stop()
  for _, bufnr in ipairs(buffers) do
    vim.lsp.start(config, { bufnr = bufnr })
  end
end

---A server came to a buffer where routerd is too: the one that can speak every encoding gives way.
---@param event { buf: integer }
local function attached(event)
  local own = vim.lsp.get_clients({ name = "routerd", bufnr = event.buf })[1]
  local wanted = own and agreed(vim.tbl_keys(own.attached_buffers))
  if not own or not wanted or wanted == own.offset_encoding or wanted == tried[own.root_dir or ""] then
    return
  end
  vim.schedule(function()
    if not own:is_stopped() and not require("routerd.run").busy(own.id) then
      restart(own, wanted)
    end
  end)
end

---Offers the encoding first that the buffer's other servers have.
---@param params lsp.InitializeParams
---@param config vim.lsp.ClientConfig
function M.before_init(params, config)
  local offered = vim.tbl_get(params, "capabilities", "general", "positionEncodings") or { "utf-8", "utf-16" }
  local first = tried[config.root_dir or ""] or agreed({ vim.api.nvim_get_current_buf() })
  local rest = vim.tbl_filter(function(encoding)
    return encoding ~= first
  end, offered)
  params.capabilities.general.positionEncodings = vim.list_extend({ first }, rest)
  local group = vim.api.nvim_create_augroup("routerd.encoding", {})
  vim.api.nvim_create_autocmd("LspAttach", { group = group, callback = attached })
end

return M
