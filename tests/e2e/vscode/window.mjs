// One VS Code window in a browser: what is on the screen as text, and the clicks and keys that a person would use.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { linesOf, PATIENCE_MS, placesOf, plain, remembered, texts, until } from "./screen.mjs";

export { PATIENCE_MS };

/** One VS Code window. Every method waits for what it is about, and fails after PATIENCE_MS. */
export class Window {
  constructor(parts) {
    Object.assign(this, parts);
    this.editor = this.page.locator(".editor-group-container.active .editor-instance .monaco-editor").first();
  }

  /** Closes the browser, ends the server and removes its folders. */
  async close() {
    await this.browser.close();
    await this.stop();
  }

  async untilLoaded() {
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 3 * PATIENCE_MS });
  }

  /** As F5: the extension starts anew. */
  async reload() {
    await this.page.reload();
    await this.untilLoaded();
  }

  /** Waits until VS Code, which writes its state down every few seconds, would bring back what holds `text`. */
  async untilRemembered(text) {
    await until(async () => (await this.page.evaluate(remembered)).includes(text), `${text} to be stored`, () => []);
  }

  /** Lays these settings over the user's while VS Code runs; each call replaces those of the last one. */
  configure(settings) {
    // The machine's settings, as code-server watches that file but not the user's.
    writeFileSync(this.machineSettings, JSON.stringify({ ...this.machine, ...settings }));
  }

  /** A PNG of the whole window. */
  async screenshot(path) {
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path });
  }

  // ── files and text

  /** Opens a file of the folder as with Ctrl+P, and waits for its text. */
  async open(file) {
    await this.page.keyboard.press("Control+P");
    await this.page.locator(".quick-input-widget input").fill(join(this.folder, file));
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.filter({ hasText: basename(file) }).first().click();
    await this.page.locator(".tab.active").filter({ hasText: basename(file) }).waitFor();
    await this.editor.locator(".view-line").first().waitFor();
  }

  /** The lines of the active editor that are on the screen, as text. */
  async editorText() {
    return linesOf(this.editor);
  }

  /** The two sides of an open diff, as on the screen: `{original, modified}`. */
  async diffText() {
    const diff = this.page.locator(".editor-group-container.active .monaco-diff-editor");
    await diff.waitFor();
    const side = (name) => linesOf(diff.locator(`.editor.${name}`));
    return { original: await side("original"), modified: await side("modified") };
  }

  /** Waits until the right side of the open diff shows `text`. */
  async untilDiffShows(text) {
    const shows = async () => (await this.diffText()).modified.includes(text);
    await until(shows, `the diff to show ${JSON.stringify(text)}`, async () => (await this.diffText()).modified);
  }

  /** Waits until no diff is open any more. */
  async untilNoDiff() {
    await this.page.locator(".monaco-diff-editor").first().waitFor({ state: "detached" });
  }

  /** Waits until the active editor shows `text`. */
  async untilEditorShows(text) {
    const shows = async () => (await this.editorText()).includes(text);
    await until(shows, `the editor to show ${JSON.stringify(text)}`, () => this.editorText());
  }

  /** Saves the active editor, which shows `file`, and returns that file as it then is on the disk. */
  async save(file) {
    const path = join(this.folder, file);
    const before = statSync(path).mtimeMs;
    const written = async () => {
      await this.runCommand("File: Save"); // writes even where nothing changed; lost if a widget takes the focus
      for (let tries = 0; tries < 30 && statSync(path).mtimeMs <= before; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return statSync(path).mtimeMs > before;
    };
    await until(written, `${file} to be written`, () => this.editorText());
    let text, again;
    do {
      text = again; // VS Code empties the file before it fills it: two equal readings
      await new Promise((resolve) => setTimeout(resolve, 100));
      again = readFileSync(path, "utf8");
    } while (text !== again);
    return text;
  }

  /** One Ctrl+Z in the active editor; waits until its text is another. */
  async undo() {
    const before = await this.editorText();
    await this.editor.locator(".native-edit-context, textarea.inputarea").first().focus();
    await this.page.keyboard.press("Control+Z");
    await until(async () => (await this.editorText()) !== before, "an undo", () => this.editorText());
  }

  /** Closes the active tab, which has nothing unsaved of its own. */
  async closeTab() {
    const before = (await this.tabs()).length;
    await this.runCommand("View: Close Editor");
    await until(async () => (await this.tabs()).length < before, "the tab to close", () => this.tabs());
  }

  /** Brings the first tab whose label matches to the front: its title, its description, and which group it is in. */
  async showTab(label) {
    const tab = this.page.locator(".tab").and(this.page.getByRole("tab", { name: label })).first();
    await tab.click();
    await tab.and(this.page.locator(".active")).waitFor();
  }

  /** The titles of all open tabs. */
  async tabs() {
    return this.page.locator(".tab").evaluateAll((tabs) => tabs.map((tab) => tab.dataset.resourceName));
  }

  /** The labels of all open tabs, as they are read out. */
  async tabLabels() {
    return this.page.locator(".tab").evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute("aria-label")));
  }

  // ── at a word

  /** The middle of the nth (from 0) occurrence of a word on the screen. */
  async find(word, nth = 0) {
    let place = null;
    const found = async () => (place = (await this.editor.evaluate(placesOf, word))[nth] ?? null) !== null;
    await until(found, `the word ${word} in the editor`, () => this.editorText());
    return place;
  }

  async clickWord(word, nth = 0) {
    const { x, y } = await this.find(word, nth);
    await this.page.mouse.click(x, y);
  }

  /** The text of the hover over a word, once it holds `expected`. */
  async hover(word, { expected = "", nth = 0 } = {}) {
    const shown = this.page.locator(".monaco-hover:visible");
    const wanted = shown.filter({ hasText: expected }).first();
    let patience = 500; // at first it is not there because the server is not; a busy machine needs longer to answer
    const says = async () => {
      patience = Math.min(2 * patience, 5_000);
      const { x, y } = await this.find(word, nth);
      await this.page.mouse.move(x - 60, y + 120); // away: what was asked before the server knew stays as it is
      await this.page.mouse.move(x, y, { steps: 4 });
      return wanted.waitFor({ timeout: patience }).then(() => true, () => false);
    };
    await until(says, `a hover ${JSON.stringify(expected)} over ${word}`, () => texts(shown));
    // It fades in: a picture is taken of what is there.
    await wanted.evaluate((hover) => Promise.all(hover.getAnimations({ subtree: true }).map(({ finished }) => finished)));
    return (await texts(shown)).join("\n");
  }

  /** The titles in the code action menu at a word; the menu stays open, for `pick`. */
  async lightbulb(word, { expected = "", nth = 0 } = {}) {
    await this.clickWord(word, nth);
    const menu = this.page.locator(".action-widget").first(); // a second one is its submenu
    const rows = menu.locator(".monaco-list-row.action");
    const wanted = rows.filter({ hasText: expected }).first();
    let patience = 500; // as for a hover
    const offers = async () => {
      patience = Math.min(2 * patience, 5_000);
      await this.page.keyboard.press("Control+.");
      await wanted.waitFor({ timeout: patience }).catch(() => {}); // with no action at all there is no menu
      if (await wanted.isVisible()) return true;
      await this.page.keyboard.press("Escape"); // it was asked before the server knew the file: ask again
      await menu.waitFor({ state: "hidden" }); // or Ctrl+. would accept the first row
      return false;
    };
    await until(offers, `a code action ${JSON.stringify(expected)} at ${word}`, () => texts(rows));
    return texts(rows);
  }

  /** Waits until Ctrl+. at a word finds nothing. */
  async untilNoAction(word) {
    const nothing = this.page.getByText("No code actions available");
    const says = async () => {
      await this.clickWord(word);
      await this.page.keyboard.press("Control+.");
      const none = await nothing.waitFor({ timeout: 3_000 }).then(() => true, () => false);
      await this.page.keyboard.press("Escape");
      return none;
    };
    await until(says, `no code action at ${word}`, () => texts(this.page.locator(".action-widget")));
  }

  /** Waits until the keys for a hover at a word show none. */
  async untilNoHover(word) {
    const shown = this.page.locator(".monaco-hover:visible");
    const none = async () => {
      await this.page.keyboard.press("Escape");
      await this.clickWord(word);
      await this.page.keyboard.press("Control+K");
      await this.page.keyboard.press("Control+I");
      return shown.first().waitFor({ timeout: 2_000 }).then(() => false, () => true);
    };
    await until(none, `no hover at ${word}`, () => texts(shown));
  }

  /** Runs the row of the open code action menu that holds `title`. */
  async pick(title) {
    await this.page.locator(".action-widget .monaco-list-row.action").filter({ hasText: title }).first().click();
  }

  /** The titles in the editor's context menu at a word; the menu is closed again. */
  async contextMenu(word, nth = 0) {
    const { x, y } = await this.find(word, nth);
    await this.page.mouse.click(x, y, { button: "right" });
    const rows = this.page.locator(".context-view .monaco-menu .action-label:not(.separator)");
    await rows.first().waitFor();
    const titles = await texts(rows);
    await this.page.keyboard.press("Escape");
    return titles;
  }

  /** The code lenses on the screen, once one holds `expected`. */
  async lenses(expected = "") {
    const lenses = this.editor.locator(".codelens-decoration a");
    await lenses.filter({ hasText: expected }).first().waitFor();
    return texts(lenses);
  }

  // ── the rest of the window

  /** Runs a command by its full title in the palette. Answers, if any, are typed into the prompts that follow. */
  async runCommand(title, ...answers) {
    const input = this.page.locator(".quick-input-widget input");
    const exactly = this.page.getByText(title, { exact: true });
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ has: exactly }).first();
    const runs = async () => {
      await this.page.keyboard.press("F1");
      return input.fill(`>${title}`, { timeout: 3_000 }).then(() => row.click({ timeout: 3_000 })).then(() => true, () => false);
    };
    await until(runs, `the command ${title}`, () => []); // what takes the focus closes the palette: again
    for (const answer of answers) {
      await input.waitFor();
      await input.fill(answer);
      await this.page.keyboard.press("Enter");
    }
  }

  /** Runs a command of the palette with the cursor in a word. */
  async runAt(word, title, ...answers) {
    await this.clickWord(word);
    await this.runCommand(title, ...answers);
  }

  /** Presses a button of the editor's title bar by its name. */
  async pressInTitle(name) {
    await this.page.locator(".editor-group-container.active .editor-actions").getByRole("button", { name }).click();
  }

  /** The rows of the open quick pick. */
  async quickPick() {
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.first().waitFor();
    return texts(rows);
  }

  /** The rows of the Problems panel, once one holds `expected`; without that it may be empty. */
  async problems(expected = "") {
    await this.runCommand("Problems: Focus on Problems View");
    const panel = this.page.locator(".markers-panel");
    await panel.waitFor();
    const rows = panel.locator(".monaco-list-row");
    if (expected) await rows.filter({ hasText: expected }).first().waitFor();
    return texts(rows);
  }

  /** Waits until no row of the Problems panel holds `text`. */
  async untilNoProblem(text) {
    await this.problems();
    await this.page.locator(".markers-panel .monaco-list-row").filter({ hasText: text }).waitFor({ state: "detached" });
  }

  /** The texts of the status bar's items, once one holds `expected`. */
  async statusBar(expected = "") {
    await this.#status(expected).waitFor();
    return (await texts(this.page.locator(".statusbar .statusbar-item"))).filter(Boolean);
  }

  /** The tooltip of the status bar's item that holds `text`. */
  async statusTooltip(text) {
    await this.page.mouse.move(640, 400); // away, or a hover that is open stays as it is
    await this.#status(text).hover();
    const shown = this.page.locator(".monaco-hover:visible");
    await shown.first().waitFor();
    return (await texts(shown)).join("\n");
  }

  /** What the `{}` item says of the language's services, once it holds `expected`. */
  async languageStatus(expected = "") {
    const shown = this.page.locator(".hover-language-status");
    const says = async () => {
      await this.page.mouse.move(640, 400); // away, or a hover that is open stays as it is
      await this.page.locator("#status\\.languageStatus").hover();
      await shown.filter({ hasText: expected }).first().waitFor({ timeout: 3_000 }).catch(() => {});
      return (await texts(shown)).join("\n").includes(expected);
    };
    await until(says, `the language status ${JSON.stringify(expected)}`, () => texts(shown));
    return (await texts(shown)).join("\n");
  }

  /** The log of the output channel of this name, as VS Code has written it to the disk. */
  log(channel) {
    const [path] = readdirSync(this.home, { recursive: true }).filter((name) => name.endsWith(`${channel}.log`));
    return readFileSync(join(this.home, path), "utf8");
  }

  async clipboard() {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async clickStatus(text) {
    await this.#status(text).click();
  }

  #status(text) {
    return this.page.locator(".statusbar .statusbar-item").filter({ hasText: text }).first();
  }

  /** The texts of the notifications on the screen, once one holds `expected`. */
  async notifications(expected = "") {
    await this.#toast(expected).waitFor();
    return texts(this.page.locator(".notifications-toasts .notification-list-item"));
  }

  /** Presses a button, such as "Cancel", of the notification that holds `text`. */
  async pressInNotification(text, button) {
    await this.#toast(text).hover();
    await this.#toast(text).getByRole("button", { name: button }).first().click();
  }

  async untilNotificationGone(text) {
    await this.#toast(text).waitFor({ state: "hidden" });
  }

  #toast(text) {
    return this.page.locator(".notifications-toasts .notification-list-item").filter({ hasText: text }).first();
  }

  /** Waits until a visible webview shows `text`. */
  async untilWebviewShows(text) {
    const shows = async () => {
      const bodies = this.page.frames().map((frame) => frame.locator("body").innerText({ timeout: 1_000 }).catch(() => ""));
      return (await Promise.all(bodies)).some((body) => body.includes(text));
    };
    await until(shows, `a webview to show ${JSON.stringify(text)}`, () => this.tabs());
  }

  /** The text inside the active webview, such as a Markdown preview, once it holds `expected`. */
  async webviewText(expected = "") {
    const body = this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame").locator("body");
    await body.filter({ hasText: expected }).waitFor();
    return plain(await body.innerText());
  }
}
