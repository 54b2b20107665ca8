// Pictures of hover, menu, inline diff and box in each theme, and in a narrow window: `node looks.mjs FOLDER`.
// Nothing is asserted: a person looks at them. Where Python and the packages are, the tests' environment says.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pack, start, toolbox } from "./harness.mjs";
import { DOCUMENTED, project } from "./mail.mjs";
import { launcher, Upstream } from "./upstream.mjs";

const EXTENSION = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/vscode");
const PROPOSED = `<<<<<<< SEARCH
    name, _, value = line.partition(":")
    if not value:
=======
    name, colon, value = line.partition(":")
    if not colon:
>>>>>>> REPLACE`;
const LOOKS = [
  ["light", "Default Light Modern", 1280],
  ["dark", "Default Dark Modern", 1280],
  ["contrast", "Default High Contrast", 1280],
  ["contrast light", "Default High Contrast Light", 1280],
  ["narrow", "Default Dark Modern", 640],
];

const folder = process.argv[2] ?? ".";
const scratch = mkdtempSync(join(tmpdir(), "routerd-"));
const upstream = await Upstream.start(DOCUMENTED);
const made = project(scratch, upstream.url);
const tools = toolbox();
const env = { ROUTERD_CONFIG: made.config, LOOP_KEY: "a-key-for-loopback" };
const code = await start({ folder: made.folder, vsix: pack(EXTENSION, tools), tools, env, machine: { "routerd.path": launcher(scratch) } });
try {
  await code.open("header.py");
  for (const [name, theme, width] of LOOKS) {
    const shot = (what) => code.screenshot(join(folder, `${name} ${what}.png`));
    code.configure({ "workbench.colorTheme": theme, "workbench.sideBar.location": "right" });
    await code.page.setViewportSize({ width, height: 720 });
    await code.page.waitForTimeout(1_500); // a theme tells nobody that it is drawn
    await code.hover("parse_header", { expected: "deepseek-v3" });
    await shot("hover");
    await code.lightbulb("parse_header", { expected: "Document `parse_header`" });
    await shot("menu");
    await code.page.keyboard.press("Escape");
    await upstream.answers(PROPOSED);
    await code.runAt("parse_header", "routerd: Ask…");
    await code.page.locator(".quick-input-widget input").fill("check the colon instead, see @fold ");
    await code.page.locator(".quick-input-widget").getByText(/≈ \$0\.0/).waitFor();
    await shot("box");
    await code.page.keyboard.press("Enter");
    await code.page.locator(".review-widget").first().waitFor();
    await code.untilNotificationGone("routerd: ask");
    await shot("inline");
    await code.pressInTitle("Discard All Changes");
    await code.page.locator(".review-widget").first().waitFor({ state: "detached" });
  }
} finally {
  await code.close();
  upstream.stop();
  rmSync(scratch, { recursive: true, force: true });
}
