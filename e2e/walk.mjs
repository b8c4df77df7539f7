// One household from its declaration to an appeal, each step by whoever takes it, in the browser: declared, accepted, visited without a
// connection, compared, voted on, objected to, approved, entered; the household reads the decision and appeals; then it leaves, and comes back.
// Usage: node walk.mjs FUPIN PROGRAMME RECORDS SCREENSHOTS. RECORDS: a folder filled by `fupin import --records`, never served before.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fail, failures, launch, look as lookAt, signIn as enter, spent } from "./common.mjs";

const [fupin, programme, records, shots] = process.argv.slice(2);
const base = "http://127.0.0.1:8097";
mkdirSync(shots, { recursive: true });
const look = (page, name) => lookAt(page, name, shots);
const accounts = {};
let server;
let ahead = 0;

async function serve() {
  server = spawn(fupin, ["--format", "json", "serve", "--programme", programme, "--data", records, "--listen", "127.0.0.1:8097", "--demo", "--days-ahead", String(ahead)], { stdio: ["ignore", "pipe", "ignore"] });
  createInterface({ input: server.stdout }).on("line", (line) => {
    const account = JSON.parse(line);
    accounts[account.user] = account;
  });
  for (let tries = 0; tries < 300; tries += 1) {
    if (await fetch(`${base}/healthz`).then((answer) => answer.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the service did not start");
}

async function later(days) {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  ahead += days;
  await serve();
}

await serve();
const browser = await launch();
const signIn = (user, language, width) => enter(browser, base, accounts[user], { language, ahead, width });
// The key of a form is version.act.step.objection, and a step may be named like an act.
const others = ["submit", "escalate"];
const keyOf = (kind) => `[name=key][value*=".${kind}."]` + others.filter((other) => other !== kind).map((other) => `:not([value*=".${other}."])`).join("");
const formOf = (page, kind) => page.locator("main form", { has: page.locator(keyOf(kind)) }).first();

// One act on the page of a case, its papers ticked and signed.
async function act(page, url, kind, fill = {}) {
  await page.goto(url);
  const form = formOf(page, kind);
  if ((await form.count()) === 0) {
    fail(`${kind} is not offered at ${url}: ${(await page.locator("main form [name=key]").evaluateAll((all) => all.map((one) => one.value))).join(" ")}`);
    return;
  }
  for (const box of await form.locator("[name=document]").all()) await box.check();
  for (const [name, value] of Object.entries({ signature: "thumbprint", persons: "first-secretary, work-team", ...fill })) {
    const field = form.locator(`[name=${name}]`);
    if ((await field.count()) === 0) continue;
    if ((await field.first().getAttribute("type")) === "radio") await form.locator(`[name=${name}][value="${value}"]`).check();
    else await field.first().fill(value);
  }
  await form.locator("button[type=submit]").first().click();
  await page.waitForLoadState();
  if ((await page.locator(".problems").count()) > 0) fail(`${kind}: ${await page.locator(".problems").innerText()}`);
}

// ---- the household declares, on a phone, signed in to nothing ----
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "zh-CN" });
const family = await phone.newPage();
await family.goto(`${base}/declare`);
await look(family, "declare");
await family.click("main button[type=submit]");
if ((await family.locator(".problems li").count()) < 4) fail("an empty declaration is not refused field by field");
await look(family, "declare-refused");
const cadreArea = String(accounts.cadre.area);
await family.fill("[name=name]", "王大山");
await family.fill("[name=telephone]", "138 0000 0010");
await family.fill("[name=identity]", "000000198503070016");
await family.selectOption("[name=village]", cadreArea);
await family.fill("[name=difficulty]", "妻子患病，自付医药费两万三千元。");
await family.locator("[name=risk]").first().check();
await family.click("main button[type=submit]");
await look(family, "declare-check");
await family.locator("main form button[type=submit]").last().click();
const number = await family.locator(".number").innerText();
await look(family, "declare-thanks");

// ---- the cadre accepts it: today, the declaration, accept ----
let cadre = await signIn("cadre", "zh", 390);
await look(cadre, "visits");
let clicks = 0;
const click = async (page, locator) => {
  clicks += 1;
  await locator.click();
  await page.waitForLoadState();
};
await click(cadre, cadre.locator("a", { hasText: number }));
await look(cadre, "declaration");
await click(cadre, cadre.locator("main form button[type=submit]"));
if (clicks > 3) fail(`accepting a declaration takes ${clicks} clicks`);
const url = cadre.url();
const [county, id] = url.split("/").slice(-2);
await act(cadre, url, "submit");

// ---- the visit: filled in without a connection, its first reply lost ----
await cadre.goto(`${base}/visits`);
await cadre.waitForFunction(() => navigator.serviceWorker?.controller || navigator.serviceWorker?.ready);
await cadre.goto(`${base}/visits/${county}/${id}`);
await look(cadre, "visit");
await cadre.context().setOffline(true);
await cadre.fill("[name=wage_income]", "12345.67");
await cadre.fill("[name=persons]", "第一书记, 工作队");
await cadre.locator("main form button[type=submit]").click();
await cadre.locator("[data-saved]").waitFor({ state: "visible" });
if (!(await cadre.locator("[data-unsent]").innerText()).includes("1")) fail("the visit that waits is not counted");
let sends = 0;
await cadre.context().route(/\/visits\/\d+\/\w+$/, async (route) => {
  if (route.request().method() !== "POST") return route.fallback();
  sends += 1;
  if (sends > 1) return route.continue();
  await route.fetch();
  return route.abort("connectionreset");
});
await cadre.context().setOffline(false);
await cadre.waitForFunction(() => document.querySelector("[data-queue]").hidden, undefined, { timeout: 30000 }).catch(() => fail("the visit is never sent"));
if (sends !== 2) fail(`the visit was sent ${sends} times`);
await cadre.goto(url);
const household = (await cadre.locator("main a[href^='/households/']").first().getAttribute("href")).split("/").pop();
await cadre.goto(`${base}/households/${county}/${household}`);
if ((await cadre.locator("#visits li, #visits tbody tr").count()) !== 1) fail("the visit is not stored exactly once");
if (!(await cadre.locator("#facts").innerText()).includes("12,346")) fail("what the visit saw is not on the household's page");
await look(cadre, "household-visited");

// ---- department, village, notice, objection ----
const department = await signIn("department");
await act(department, url, "compare", { flagged: "no" });
// ---- the village meets: one sheet, the other households of the day left open ----
await cadre.goto(`${base}/visits`);
await spent(cadre);
await cadre.locator("nav.bottom a[href='/meetings']").click();
await cadre.locator(`[name=agree-${id}]`).waitFor();
await look(cadre, "meeting");
for (const [name, value] of [["entitled", "30"], ["present", "25"], [`agree-${id}`, "21"], [`disagree-${id}`, "3"], [`abstain-${id}`, "2"]]) await cadre.fill(`[name=${name}]`, value);
await cadre.locator("[name=document]").first().check();
await cadre.locator("main form button[type=submit]").click();
if ((await cadre.locator(".problems").count()) === 0) fail("more votes than people at a meeting");
await look(cadre, "meeting-refused");
await cadre.fill(`[name=agree-${id}]`, "20");
await cadre.locator("main form button[type=submit]").click();
await cadre.locator("main table", { hasText: "已办理" }).waitFor();
await spent(cadre, 4, "the result of a meeting, with one mistake");
await look(cadre, "meeting-done");
await act(cadre, url, "publish_notice", { from: new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10) });
await family.goto(`${base}/notices`);
await look(family, "notices");
await family.goto(`${base}/notices/${county}/${id}`);
await look(family, "notice");
if ((await family.locator("body").innerText()).includes("王大山")) fail("a notice on the web shows the whole name");
await family.locator("a[href$='/object']").click();
await family.locator("main form button[type=submit]").click();
await look(family, "object-refused");
await family.fill("[name=text]", "他家有一间商店。");
await family.locator("main form button[type=submit]").click();
await look(family, "objected");
await act(cadre, url, "resolve_objection", { upheld: "no", finding: "没有商店" });

// ---- after the notice: township, county, announcement, entry ----
let official;
async function decided(at) {
  await later(12);
  cadre = await signIn("cadre", "zh");
  await act(cadre, at, "close_notice");
  const township = await signIn("township");
  await act(township, at, "review");
  official = await signIn("county");
  await official.locator("#work a[href*='/cases/together'][href*='approval']").first().click();
  await look(official, `together-to-approve-${ahead}`);
  await spent(official);
  await official.goto(`${base}/desk`);
  await official.locator("#work a[href*='/cases/together'][href*='approval']").first().click();
  await official.locator("[data-all] input").check();
  for (const box of await official.locator("[name=document]").all()) await box.check();
  if (await official.locator("[name=signature]").count()) await official.fill("[name=signature]", "thumbprint");
  await official.locator("button[name=decision][value=do]").click();
  await official.locator("main table", { hasText: "Done" }).waitFor();
  await spent(official, 4, "approving what the township sent");
  await act(township, at, "announce");
  await act(township, at, "enter");
  await official.goto(`${base}/households/${county}/${household}`);
  await look(official, `household-${ahead}`);
}
await decided(url);

// ---- the risk is lifted and the household leaves; a shock, and it comes back in a new spell ----
async function begin(procedure) {
  await cadre.goto(`${base}/households/${county}/${household}`);
  await cadre.locator(`a[href*="procedure=${procedure}"]`).click();
  await cadre.locator("main form button[type=submit]").click();
  await cadre.waitForURL(/\/cases\/\d+\/\w+$/);
  return cadre.url();
}
const published = () => ({ from: new Date(Date.now() + ahead * 86400000 + 8 * 3600000).toISOString().slice(0, 10) });
// Nobody is lifted out within six months of entering.
await later(200);
cadre = await signIn("cadre", "zh");
const exit = await begin("risk_elimination");
await act(cadre, exit, "submit");
await act(cadre, exit, "visit");
await act(cadre, exit, "vote", { entitled: "30", present: "25", agree: "20", disagree: "3", abstain: "2" });
await act(cadre, exit, "publish_notice", published());
await decided(exit);
const spells = () => official.locator("#spells tbody tr").count();
if ((await spells()) !== 1) fail("leaving opened another spell");
const back = await begin("fast_reentry");
await act(cadre, back, "submit");
await act(cadre, back, "submit");
await act(cadre, back, "visit");
const compares = await signIn("department");
await act(compares, back, "compare", { flagged: "no" });
await act(cadre, back, "publish_notice", published());
await decided(back);
if ((await spells()) !== 2) fail("coming back is not a second spell on the household's page");

// ---- the household reads the decision and appeals ----
await family.goto(`${base}/mine`);
await look(family, "mine-sign-in");
await family.fill("[name=household]", number);
await family.locator("[name=way][value=message]").check();
await family.locator("main form button[type=submit]").click();
await look(family, "mine-code");
const sent = readFileSync(`${records}/messages.jsonl`, "utf8").trim().split("\n").map((line) => JSON.parse(line)).pop();
await family.fill("[name=code]", sent.text.match(/\d{6}/)[0]);
await family.locator("main form button[type=submit]").click();
await family.waitForURL("**/mine");
await look(family, "mine");
if (!(await family.locator("#looks").innerText()).includes("县")) fail("the household does not see who looked");
await family.locator("a[href^='/mine/appeal/']").first().click();
await family.fill("[name=text]", "收入算错了一年。");
await look(family, "appeal");
await family.locator("main form button[type=submit]").click();
await family.waitForURL("**/mine");
if (!(await family.locator("main").innerText()).includes("申诉")) fail("the appeal is not on the household's page");
const cases = await official.goto(`${base}/cases?area=${county}`);
if (!cases.ok()) fail("the list of cases fails");
if (!(await official.locator("main").innerText()).includes("appeal")) fail("the appeal is not in the list of the county");

console.log(failures.length === 0 ? "all good" : `${failures.length} failures`);
await browser.close();
server.kill("SIGTERM");
process.exit(failures.length === 0 ? 0 : 1);
