-- What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

---@class routerd.Action
---@field name string
---@field help string
---@field instructed boolean Whether there is nothing to do without the user's own words.

return {
  ---@type routerd.Action[] in the order of menus
  actions = {
    { name = "document", instructed = false, help = "Document the symbol, selection or file. With ! rewrite what is there already." },
    { name = "test", instructed = false, help = "Generate tests, in the test file that belongs to the source." },
    { name = "review", instructed = false, help = "Review the symbol, selection or file: findings become diagnostics, some with a quick fix." },
    { name = "design", instructed = false, help = "Write a Markdown document about the design of the file or symbol." },
    { name = "ask", instructed = true, help = "Ask or change something in your own words." },
  },
  tiers = { "speed", "utility", "logic", "architect" }, -- weakest first; a retry asks the next one
}
