-- What `vim.lsp.enable("routerd")` finds: the program, the files it is for, and who answers it. Nothing is loaded yet.

---@param module string
---@param name string
---@return fun(...): any
local function lazily(module, name)
  return function(...)
    return require("routerd." .. module)[name](...)
  end
end

---@type vim.lsp.Config
return {
  cmd = { "routerd" },
  -- Documentation and tests need a grammar of the language; review, design and ask work on any text.
  -- stylua: ignore
  filetypes = {
    "python", "javascript", "javascriptreact", "typescript", "typescriptreact",
    "go", "rust", "java", "c", "cpp", "cs", "ruby",
    "bash", "css", "dart", "elixir", "erlang", "haskell", "html", "julia", "kotlin", "lua", "ocaml", "perl",
    "php", "r", "scala", "sh", "sql", "svelte", "swift", "terraform", "toml", "vue", "yaml", "zig",
  },
  root_markers = { ".routerd.toml", "pyproject.toml", "package.json", "go.mod", "Cargo.toml", ".git" },
  -- Typing is told sooner than by default (150 ms), so that an answer seldom meets a text that the server has not seen.
  flags = { debounce_text_changes = 20 },
  capabilities = {
    experimental = { routerd = { outcome = true, box = true } },
    workspace = { codeLens = { refreshSupport = true } },
  },
  get_language_id = function(_, filetype)
    return filetype == "cs" and "csharp" or filetype
  end,
  before_init = lazily("encoding", "before_init"),
  on_exit = { lazily("run", "lost"), lazily("restart", "ended") },
  commands = { ["routerd.run"] = lazily("run", "from_menu"), ["routerd.ask"] = lazily("run", "asked_from_menu") },
  handlers = {
    ["routerd/status"] = lazily("status", "received"),
    ["routerd/outcome"] = lazily("outcome", "received"),
    ["workspace/applyEdit"] = lazily("undo", "apply_edit"),
    ["workspace/codeLens/refresh"] = lazily("lens", "refresh_all"),
  },
}
