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

---@param client vim.lsp.Client
local function restart(client)
  local buffers, config = vim.tbl_keys(client.attached_buffers), client.config
  client:stop()
  for _, bufnr in ipairs(buffers) do
    vim.lsp.start(config, { bufnr = bufnr })
  end
end

---Another server came to a buffer where routerd is already: the one that can speak every encoding gives way.
---@param event { buf: integer, data: { client_id: integer } }
local function attached(event)
  local other = vim.lsp.get_client_by_id(event.data.client_id)
  local own = vim.lsp.get_clients({ name = "routerd", bufnr = event.buf })[1]
  if not other or not own or other == own then
    return
  end
  local wanted = agreed(vim.tbl_keys(own.attached_buffers))
  if wanted and wanted ~= own.offset_encoding and not require("routerd.run").busy(own.id) then
    vim.schedule(function()
      if not own:is_stopped() then
        restart(own)
      end
    end)
  end
end

---Offers the encoding first that the buffer's other servers have.
---@param params lsp.InitializeParams
function M.before_init(params)
  local offered = vim.tbl_get(params, "capabilities", "general", "positionEncodings") or { "utf-8", "utf-16" }
  local first = agreed({ vim.api.nvim_get_current_buf() })
  local rest = vim.tbl_filter(function(encoding)
    return encoding ~= first
  end, offered)
  params.capabilities.general.positionEncodings = vim.list_extend({ first }, rest)
  local group = vim.api.nvim_create_augroup("routerd.encoding", {})
  vim.api.nvim_create_autocmd("LspAttach", { group = group, callback = attached })
end

return M
