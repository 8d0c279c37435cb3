// The server as the extension's own library sees it: run by `npm test`, with TIDEBOOK naming the program.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import protocol from "vscode-languageserver-protocol/node.js";

const MANIFEST = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const SALES = "Sales rose from $25 million to $30 million, up 25%.\n";

async function started(folder) {
  const server = spawn(process.env.TIDEBOOK ?? "tidebook", ["lsp"], { cwd: folder });
  const connection = protocol.createProtocolConnection(server.stdout, server.stdin);
  const published = new Map();
  const waiting = [];
  connection.onNotification(protocol.PublishDiagnosticsNotification.type, (told) => {
    published.set(told.uri, told.diagnostics);
    for (const wake of waiting.splice(0)) {
      wake();
    }
  });
  connection.onRequest(protocol.ShowDocumentRequest.type, () => ({ success: true }));
  connection.listen();
  const { capabilities } = await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { asks: true },
  });
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  const until = async (uri, holds) => {
    while (!holds(published.get(uri) ?? [])) {
      await new Promise((wake) => waiting.push(wake));
    }
    return published.get(uri);
  };
  const end = async () => {
    await connection.sendRequest(protocol.ShutdownRequest.type);
    await connection.sendNotification(protocol.ExitNotification.type);
    await new Promise((ended) => server.on("exit", ended));
  };
  return { capabilities, connection, end, until };
}

test("a slip in a text is underlined, offered its correction, and gone once it is accepted", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tidebook-"));
  const file = join(folder, "sales.md");
  writeFileSync(file, SALES);
  const uri = pathToFileURL(file).href;
  const { connection, end, until } = await started(folder);
  const document = { uri, languageId: "markdown", version: 1, text: SALES };
  await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, { textDocument: document });
  const [slip] = await until(uri, (found) => found.length === 1);
  assert.equal(SALES.slice(slip.range.start.character, slip.range.end.character), "25%");
  const fixes = await connection.sendRequest(protocol.CodeActionRequest.type, {
    textDocument: { uri },
    range: slip.range,
    context: { diagnostics: [slip] },
  });
  const accept = fixes.at(-1);
  assert.equal(accept.title, "Accept with a reason…");
  assert.equal(accept.command.command, "tidebook.acceptWithReason");
  const given = [...accept.command.arguments, "the auditor's own rounding"];
  await connection.sendRequest(protocol.ExecuteCommandRequest.type, { command: "tidebook.accept", arguments: given });
  await until(uri, (found) => found.length === 0);
  assert.match(readFileSync(`${file}.accepted.toml`, "utf8"), /the auditor's own rounding/);
  await end();
});

test("the extension declares no command that the server has, which its library registers", { timeout: 60_000 }, async () => {
  const { capabilities, end } = await started(tmpdir());
  const own = MANIFEST.contributes.commands.map((each) => each.command);
  const served = capabilities.executeCommandProvider.commands;
  assert.deepEqual(served.filter((each) => own.includes(each)), []);
  assert.deepEqual([...served].sort(), ["tidebook.accept", "tidebook.follow", "tidebook.match", "tidebook.open", "tidebook.report"]);
  await end();
});
