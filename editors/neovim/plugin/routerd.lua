-- The `:Routerd` command and the `<Plug>` maps; everything else is loaded with the first server or the first use.

if vim.g.loaded_routerd then
  return
end
vim.g.loaded_routerd = true

vim.api.nvim_create_user_command("Routerd", function(invocation)
  require("routerd.commands").run(invocation)
end, {
  nargs = "*",
  bang = true,
  range = true,
  desc = "Document, test, review, design or ask, at a price that is known before",
  complete = function(...)
    return require("routerd.commands").complete(...)
  end,
})

vim.api.nvim_create_autocmd("LspAttach", {
  group = vim.api.nvim_create_augroup("routerd", {}),
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "routerd" then
      require("routerd.lens").attached(client, event.buf)
    end
  end,
})

-- stylua: ignore
local names = {
  -- actions: begin
  "document", "test", "review", "design", "ask", "explain", "fix", "commit",
  -- actions: end
  "estimate", "changes", "stats", "report", "cancel", "clear", "log", "reload", "accept", "discard", "retry", "refine",
}
for _, name in ipairs(names) do
  local plug, desc = ("<Plug>(routerd-%s)"):format(name), "routerd: " .. name
  vim.api.nvim_set_keymap("n", plug, ("<Cmd>Routerd %s<CR>"):format(name), { desc = desc, noremap = true })
  vim.api.nvim_set_keymap("x", plug, (":Routerd %s<CR>"):format(name), { desc = desc, noremap = true, silent = true })
end
