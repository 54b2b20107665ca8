-- Code lenses, where the setting `code_lens` is on: Neovim 0.11 neither asks for them by itself nor keeps them fresh.

local M = {}

---How long after a change the lenses are asked for anew; each key of a fast typist comes sooner than that.
local PAUSE_MS = 300

---@class routerd.Lenses of one buffer
---@field version integer of the text that they are for
---@field all lsp.CodeLens[] with a command once they were in view
---@field asked table<lsp.CodeLens, true>
---@field missing integer how many answers are on their way

local known = {} ---@type table<integer, routerd.Lenses> by buffer

---@param bufnr integer
---@return fun(lens: lsp.CodeLens): boolean whether a window shows it, or nearly does
local function in_view(bufnr)
  local views = vim.tbl_map(function(window)
    local top, height = vim.fn.line("w0", window), vim.api.nvim_win_get_height(window)
    return { top - height, vim.fn.line("w$", window) + height }
  end, vim.fn.win_findbuf(bufnr))
  return function(lens)
    local line = lens.range.start.line + 1
    return vim.iter(views):any(function(view)
      return view[1] <= line and line <= view[2]
    end)
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
local function show(client, bufnr)
  local lenses = vim.tbl_filter(function(lens)
    return lens.command and lens.command.command ~= ""
  end, known[bufnr].all)
  vim.lsp.codelens.save(lenses, bufnr, client.id)
  vim.lsp.codelens.display(lenses, bufnr, client.id)
end

---Has the prices of the lenses in view worked out, each once, and shows them together.
---@param client vim.lsp.Client
---@param bufnr integer
local function price(client, bufnr)
  local lenses, near = known[bufnr], in_view(bufnr)
  local function done()
    if lenses.missing == 0 and known[bufnr] == lenses and vim.lsp.util.buf_versions[bufnr] == lenses.version then
      show(client, bufnr)
    end
  end
  for _, lens in ipairs(lenses.all) do
    if not lenses.asked[lens] and near(lens) then
      lenses.asked[lens], lenses.missing = true, lenses.missing + 1
      client:request("codeLens/resolve", lens, function(_, whole)
        lens.command, lenses.missing = whole and whole.command, lenses.missing - 1
        done()
      end, bufnr)
    end
  end
  done()
end

---As `vim.lsp.codelens.refresh()`, which would ask the other servers too, price the whole file, and show
---"Unresolved lens ..." meanwhile.
---@param client vim.lsp.Client
---@param bufnr integer
local function refresh(client, bufnr)
  local version = vim.lsp.util.buf_versions[bufnr]
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  client:request("textDocument/codeLens", params, function(_, lenses)
    known[bufnr] = { version = version, all = lenses or {}, asked = {}, missing = 0 }
    price(client, bufnr)
  end, bufnr)
end

---@param client vim.lsp.Client
---@param bufnr integer
local function refresh_soon(client, bufnr)
  local version = vim.lsp.util.buf_versions[bufnr]
  vim.defer_fn(function()
    if vim.lsp.util.buf_versions[bufnr] == version and vim.lsp.buf_is_attached(bufnr, client.id) then
      refresh(client, bufnr)
    end
  end, PAUSE_MS)
end

---Neovim 0.12 shows the lenses of one client and not of the others, and then forgets to end it: what it asks 200 ms
---after a change raises an error where the buffer was wiped or the client ended meanwhile. This is what it does itself
---where the lenses of all clients are shown; it has no public function for one.
---@param client_id integer
---@param bufnr integer
local function end_provider(client_id, bufnr)
  local provider = vim.tbl_get(vim.lsp, "_capability", "all", "codelens", "active", bufnr)
  if provider then
    provider:on_detach(client_id)
    if not next(provider.client_state) then
      provider:destroy()
    end
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
local function attached_newer(client, bufnr)
  vim.lsp.codelens.enable(true, { client_id = client.id, bufnr = bufnr })
  local group = vim.api.nvim_create_augroup(("routerd.lens.%d"):format(bufnr), {})
  vim.api.nvim_create_autocmd({ "LspDetach", "BufWipeout" }, {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.event == "BufWipeout" or event.data.client_id == client.id then
        end_provider(client.id, bufnr)
        vim.api.nvim_del_augroup_by_id(group)
      end
    end,
  })
end

---A buffer has got its server: its lenses are shown, and follow what is typed and what is looked at.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attached(client, bufnr)
  if vim.lsp.codelens.enable then -- Neovim 0.12 does all of this
    return attached_newer(client, bufnr)
  end
  local group = vim.api.nvim_create_augroup(("routerd.lens.%d"):format(bufnr), {})
  vim.api.nvim_create_autocmd("LspNotify", {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.data.client_id == client.id and event.data.method == "textDocument/didChange" then
        refresh_soon(client, bufnr)
      end
    end,
  })
  vim.api.nvim_create_autocmd({ "WinScrolled", "BufWinEnter" }, {
    group = group,
    buffer = bufnr,
    callback = function()
      if known[bufnr] and vim.lsp.buf_is_attached(bufnr, client.id) then
        price(client, bufnr)
      end
    end,
  })
  vim.api.nvim_create_autocmd("LspDetach", {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.data.client_id == client.id then
        known[bufnr] = nil
        vim.api.nvim_del_augroup_by_id(group)
      end
    end,
  })
  refresh(client, bufnr)
end

---`workspace/codeLens/refresh`: the setting, or a price, is another now.
function M.refresh_all(problem, params, context)
  local own = vim.lsp.handlers["workspace/codeLens/refresh"] -- of Neovim 0.12
  if own then
    return own(problem, params, context)
  end
  local client = vim.lsp.get_client_by_id(context.client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    refresh(client, bufnr)
  end
  return vim.NIL
end

return M
