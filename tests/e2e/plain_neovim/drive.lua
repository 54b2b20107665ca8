-- What every scenario needs: a client attached to one file, and waiting that fails instead of going on.
local drive = { progress = {}, messages = {}, applied = 0 }

function drive.wait(what, holds)
  if not vim.wait(20000, holds, 10) then
    error("waited in vain for " .. what .. "\nmessages: " .. vim.inspect(drive.messages), 2)
  end
end

function drive.start(path)
  vim.o.swapfile = false
  vim.lsp.config("routerd", {
    cmd = vim.json.decode(vim.env.ROUTERD_COMMAND),
    filetypes = { "python" },
    root_markers = { "pyproject.toml" },
  })
  vim.lsp.handlers["window/showMessage"] = function(_, params)
    table.insert(drive.messages, params.message)
  end
  vim.api.nvim_create_autocmd("LspProgress", {
    callback = function(event)
      table.insert(drive.progress, event.data.params)
    end,
  })
  vim.lsp.enable("routerd")
  vim.cmd.edit(vim.fn.fnameescape(path))
  drive.wait("the client to attach", function()
    drive.client = vim.lsp.get_clients({ bufnr = 0, name = "routerd" })[1]
    return drive.client ~= nil and drive.client.initialized
  end)
  drive.buffer = vim.api.nvim_get_current_buf()
  return drive.client
end

function drive.lines()
  return vim.api.nvim_buf_get_lines(drive.buffer, 0, -1, false)
end

function drive.text()
  return table.concat(drive.lines(), "\n")
end

function drive.cursor_on(name)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search("\\<" .. name .. "\\>", "cW") > 0, name .. " is not in the buffer")
end

-- What `vim.lsp.buf.code_action()` would show.
function drive.menu()
  local params = vim.lsp.util.make_range_params(0, drive.client.offset_encoding)
  params.context = { diagnostics = {} }
  return drive.client:request_sync("textDocument/codeAction", params, 20000, drive.buffer).result
end

function drive.run(action)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(entry)
      return entry.kind:match("%." .. action .. "$") ~= nil
    end,
  })
end

function drive.stop()
  local client = drive.client
  client:stop()
  drive.wait("the daemon to stop", function()
    return client:is_stopped()
  end)
end

return drive
