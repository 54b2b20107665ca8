---@brief
---
--- ${repository}
---
--- routerd sends each editor action (document, test, review, design, ask) to the cheapest model that will do, and shows
--- the price in the hover and in the titles of code actions first. Its README says how to install the program.

---@type vim.lsp.Config
return {
  cmd = { 'routerd' },
  filetypes = {
${filetypes}
  },
  root_markers = { '.routerd.toml', 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml', '.git' },
}
