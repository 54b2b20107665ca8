-- Cancel in the middle of a stream: the progress ends and the buffer stays as it was.
local drive = dofile(vim.env.ROUTERD_DRIVE)
local client = drive.start(arg[1])
drive.cursor_on("parse_header")
local before = drive.text()
drive.run("document")
local token
drive.wait("tokens in the progress", function()
  for _, params in ipairs(drive.progress) do
    if (params.value.message or ""):find("tokens", 1, true) then
      token = params.token
      return true
    end
  end
end)
client:notify("window/workDoneProgress/cancel", { token = token })
drive.wait("the end of the progress", function()
  local last = drive.progress[#drive.progress]
  return last.value.kind == "end" and last.value.message:find("Cancelled", 1, true)
end)
assert(drive.text() == before)
drive.stop()
