// An extension made only to show that the harness can read each part of the window.
const vscode = require("vscode");

exports.activate = (context) => {
  const status = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left, 1000);
  status.text = "$(check) sample ready";
  status.tooltip = "spent nothing";
  status.show();
  const problems = vscode.languages.createDiagnosticCollection("sample");

  const hover = { provideHover: (document, position) => {
    const word = document.getText(document.getWordRangeAtPosition(position));
    return new vscode.Hover(`sample hover of **${word}**`);
  } };

  const actions = { provideCodeActions: (document, range) => {
    const action = new vscode.CodeAction("Sample: write a note above", vscode.CodeActionKind.RefactorRewrite);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.insert(document.uri, new vscode.Position(range.start.line, 0), "# a note 🎉\n");
    return [action];
  } };

  const lenses = { provideCodeLenses: () => [
    new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title: "sample lens", command: "sample.greet" }),
  ] };

  const wait = () => vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "sample is waiting", cancellable: true },
    (_progress, token) => new Promise((resolve) => token.onCancellationRequested(() => {
      status.text = "sample cancelled";
      resolve();
    })));

  const greet = async () => {
    const name = await vscode.window.showInputBox({ prompt: "Who?" });
    const document = vscode.window.activeTextEditor.document;
    problems.set(document.uri, [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), `no greeting for ${name}`, 1)]);
  };

  context.subscriptions.push(
    status, problems,
    vscode.languages.registerHoverProvider("python", hover),
    vscode.languages.registerCodeActionsProvider("python", actions),
    vscode.languages.registerCodeLensProvider("python", lenses),
    vscode.commands.registerCommand("sample.wait", wait),
    vscode.commands.registerCommand("sample.greet", greet),
  );
};
