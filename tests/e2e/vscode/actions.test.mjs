// The packaged extension's newest actions in real VS Code, in one window of their own (paid.mjs).

import "./actions.mjs";
