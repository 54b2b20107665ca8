// The packaged extension in real VS Code, with the real daemon and paid models on loopback, in one window (paid.mjs).

import "./prices.mjs"; // first: nothing is spent yet
import "./runs.mjs";
import "./meanwhile.mjs";
import "./previews.mjs";
