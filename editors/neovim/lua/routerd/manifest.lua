-- What the daemon offers. Written by `routerd manifest --write`: change the daemon's declarations instead.

---@class routerd.Action
---@field name string
---@field help string
---@field instructed boolean Whether there is nothing to do without the user's own words.
---@field diagnosed boolean Whether it is about diagnostics at the cursor, or the user's own words instead of them.
---@field rewrites boolean Whether its edits replace code, so that they are looked at first.
---@field placed boolean Whether it has a place in a file; the others are about what is staged.

return {
  ---@type routerd.Action[] in the order of menus
  actions = {
    { name = "document", instructed = false, diagnosed = false, rewrites = false, placed = true, help = "Document the symbol, selection or file. With ! rewrite what is there already." },
    { name = "test", instructed = false, diagnosed = false, rewrites = false, placed = true, help = "Generate tests, in the test file that belongs to the source." },
    { name = "review", instructed = false, diagnosed = false, rewrites = false, placed = true, help = "Review the symbol, selection or file: findings become diagnostics, some with a quick fix." },
    { name = "design", instructed = false, diagnosed = false, rewrites = false, placed = true, help = "Write a Markdown document about the design of the file or symbol." },
    { name = "ask", instructed = true, diagnosed = false, rewrites = true, placed = true, help = "Ask or change something in your own words." },
    { name = "explain", instructed = false, diagnosed = false, rewrites = false, placed = true, help = "Explain the symbol, selection or file in a Markdown document; nothing is edited." },
    { name = "fix", instructed = false, diagnosed = true, rewrites = true, placed = true, help = "Fix the diagnostics at the cursor, or what you say is wrong there." },
    { name = "commit", instructed = false, diagnosed = false, rewrites = false, placed = false, help = "Write a commit message for what is staged, in the style of the latest commits." },
  },
  tiers = { "speed", "utility", "logic", "architect" }, -- weakest first; a retry asks the next one
}
