// Stands in for the Python extension, which is not on this machine: the two names of its API that routerd uses.

const { commands, EventEmitter, window } = require("vscode");

let path;
const changed = new EventEmitter();

exports.activate = ({ subscriptions }) => {
  const choose = commands.registerCommand("standin.choose", async () => {
    path = await window.showInputBox();
    changed.fire({ path });
  });
  subscriptions.push(changed, choose);
  const getActiveEnvironmentPath = () => path && { path };
  return { environments: { getActiveEnvironmentPath, onDidChangeActiveEnvironmentPath: changed.event } };
};
