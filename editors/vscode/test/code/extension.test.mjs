// The extension in VS Code itself, as a server of this machine and in Chromium: run by `make editor-code`.
// TIDEBOOK names the program, CHROMIUM the browser.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const CODE = fileURLToPath(new URL("node_modules/code-server/out/node/entry.js", import.meta.url));
const EXTENSION = fileURLToPath(new URL("../../dist/tidebook.vsix", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../../../examples/marathon", import.meta.url));
const PROGRAM = process.env.TIDEBOOK ?? "tidebook";
const ARTICLE = `# Sales

Boxes of South fell by 15.0% from 2022 to 2023.

| Shop | 2022 (boxes) | 2023 (boxes) |
|---|---:|---:|
| North | 40,113 | 44,127 |
| South | 20,052 | 18,045 |
| West | 31,276 | 33,918 |
`;

const home = mkdtempSync(join(tmpdir(), "tidebook-code-"));
const folder = join(home, "article");
const own = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
let server, browser, page;

before(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "sales.md"), ARTICLE);
  cpSync(EXAMPLE, join(folder, "marathon"), { recursive: true });
  const chosen = {
    "editor.stickyScroll.enabled": false,  // its line lies over the text
    "editor.wordWrap": "on",
    "security.workspace.trust.enabled": false,
    "workbench.startupEditor": "none",
  };
  writeSettings("User", chosen);
  writeSettings("Machine", { "tidebook.program": PROGRAM });  // a setting of the machine that the server is on
  const installed = spawnSync(process.execPath, [CODE, ...own, "--install-extension", EXTENSION]);
  assert.equal(installed.status, 0, String(installed.stderr));
  const port = await freePort();
  const options = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"];
  server = spawn(process.execPath, [CODE, ...own, ...options]);
  await new Promise((listens) => server.stdout.on("data", (said) => String(said).includes("listening on") && listens()));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
  await page.getByRole("treeitem", { name: "sales.md" }).dblclick({ timeout: 60_000 });
});

after(async () => {
  await browser?.close();
  server?.kill();
});

test("a number that does not follow is underlined, explained on hover, and listed", { timeout: 120_000 }, async () => {
  await page.locator(".squiggly-error, .squiggly-warning").first().waitFor({ timeout: 60_000 });
  await page.getByText("by 15.0%").first().hover({ position: await placeOf("15.0%") });
  await page.locator(".monaco-hover").getByText("10.01%").first().waitFor();
  await page.keyboard.press("Control+Shift+M");
  await page.locator(".markers-panel").getByText("10.01%").first().waitFor();
});

test("a number is replaced by its quick fix", { timeout: 120_000 }, async () => {
  await choose("Replace");
  await page.getByText("by 10").first().waitFor();
  await page.locator(".markers-panel").getByText("No problems have been detected").waitFor();
  await page.keyboard.press("Control+Z");
  await page.locator(".markers-panel").getByText("10.01%").first().waitFor();
});

test("a finding is accepted with a reason, which stands beside the text", { timeout: 120_000 }, async () => {
  await choose("Accept with a reason");
  await page.locator(".quick-input-widget input").last().fill("the auditor's own rounding");
  await page.keyboard.press("Enter");
  await page.locator(".markers-panel").getByText("No problems have been detected").waitFor();
  assert.match(readFileSync(join(folder, "sales.md.accepted.toml"), "utf8"), /the auditor's own rounding/);
});

test("a claim of a dossier is explained by its card, and by a new server too", { timeout: 180_000 }, async () => {
  await page.keyboard.press("Control+P");
  await page.keyboard.type("marathon/article.md");
  await page.locator(".quick-input-list").getByText("article.md").first().waitFor();
  await page.keyboard.press("Enter");
  await cardIsShown();
  await page.keyboard.press("F1");
  await page.keyboard.type("Tidebook: Restart the checks");
  await page.keyboard.press("Enter");
  await page.locator(".squiggly-error").first().waitFor({ state: "detached", timeout: 60_000 });
  await cardIsShown();
});

async function cardIsShown() {
  const box = await page.locator(".squiggly-error").nth(1).boundingBox({ timeout: 60_000 });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".monaco-hover").getByText("212 seconds against 260 seconds").last().waitFor();
  await page.locator(".monaco-hover").getByText("Radcliffe 2003").first().waitFor();
  await page.mouse.move(0, 0);
  await page.locator(".monaco-hover").first().waitFor({ state: "hidden" });
}

function writeSettings(scope, chosen) {
  const place = join(home, "data", scope);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "settings.json"), JSON.stringify(chosen));
}

async function placeOf(words) {
  const box = await page.getByText("by 15.0%").first().boundingBox();
  const line = await page.getByText("by 15.0%").first().innerText();
  return { x: (box.width * (line.indexOf(words) + 1)) / line.length, y: box.height / 2 };
}

async function choose(fix) {
  await page.getByText("by 15.0%").first().click({ position: await placeOf("15.0%") });
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget").getByText(fix).first().click();
}

async function freePort() {
  const probe = createServer();
  await new Promise((listens) => probe.listen(0, "127.0.0.1", listens));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}
