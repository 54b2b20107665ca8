// Reads what is on the screen of a VS Code window as text, and waits for it; presses nothing.

/** How long one thing may take to appear: two cores run the server, the editor and the browser. */
export const PATIENCE_MS = 20_000;

/** Runs in the page: the middles of all whole words on the screen, from top to bottom. */
export function placesOf(root, word) {
  const walker = document.createTreeWalker(root.querySelector(".view-lines"), NodeFilter.SHOW_TEXT);
  const places = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data;
    for (let i = text.indexOf(word); i >= 0; i = text.indexOf(word, i + 1)) {
      if (/\w/.test(text[i - 1] ?? "") || /\w/.test(text[i + word.length] ?? "")) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, i);
      range.setEnd(walker.currentNode, i + word.length);
      const box = range.getBoundingClientRect();
      places.push({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    }
  }
  return places.sort((a, b) => a.y - b.y || a.x - b.x);
}

/** Runs in the page: all that VS Code has stored of its state in the browser's databases, as one text. */
export async function remembered() {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const stored = (await indexedDB.databases()).map(async ({ name }) => {
    const database = await done(indexedDB.open(name));
    const tables = [...database.objectStoreNames];
    const rows = await Promise.all(tables.map((table) => done(database.transaction(table).objectStore(table).getAll())));
    database.close();
    return JSON.stringify(rows);
  });
  return (await Promise.all(stored)).join();
}

export async function linesOf(editor) {
  return editor.locator(".view-lines").first().evaluate((root) =>
    [...root.querySelectorAll(":scope > .view-line")]
      .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
      .map((line) => line.textContent.replaceAll("\u00a0", " "))
      .join("\n"));
}

export async function texts(locator) {
  return (await locator.allInnerTexts()).map(plain);
}

/** Text as a person reads it: VS Code pads with no-break spaces and breaks lines inside rows. */
export function plain(text) {
  return text.replaceAll("\u00a0", " ").replace(/\s*\n\s*/g, "\n").trim();
}

export async function until(holds, what, instead) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(`waited ${PATIENCE_MS} ms for ${what}; there was: ${JSON.stringify(await instead())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
