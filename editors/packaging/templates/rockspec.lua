rockspec_format = "3.0"
package = "routerd.nvim"
version = "${version}-1"
source = {
  url = "git+${repository}",
  tag = "v${version}",
  dir = "routerd/editors/neovim",
}
description = {
  summary = "routerd for Neovim: each editor action by the cheapest model that will do, its price first",
  homepage = "${repository}",
  license = "MIT",
  labels = { "neovim", "lsp" },
}
dependencies = { "lua >= 5.1" }
build = {
  type = "builtin",
  modules = {
${modules}
  },
  copy_directories = { ${directories} },
}
