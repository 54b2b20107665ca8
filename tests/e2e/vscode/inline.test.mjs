// Proposals in the file itself, in real VS Code, in one window of their own (paid.mjs).

import "./inline.mjs";
