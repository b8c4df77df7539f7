// Looks at every page of the gallery: node gallery.mjs <folder for screenshots> [address] [name …]
// Start it first: cargo run --release -p web --example gallery -- 127.0.0.1:8099
import { mkdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const [folder = "screenshots", base = "http://127.0.0.1:8099", ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const BUDGETS = { desk: 250 * 1024, phone: 50 * 1024, public: 50 * 1024 };
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const KEY = /(^|[\s>])(common|case|household|visits?|form|menu|table|notice|public|import|run|users|sign_in|status|proposal|step|chart|overview|declare|mine|meeting|offline|failure|procedure|programme|severity|access|bulk|date)\.[a-z_]+($|[\s<:,.])/;
const failures = [];
const fail = (where, what) => { failures.push(`${where}: ${what}`); console.error(`FAIL ${where}: ${what}`); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
const started = Date.now();
let seen = 0;
let axePasses = 0;
const heaviest = { desk: [0, ""], phone: [0, ""], public: [0, ""] };

const index = await (await fetch(`${base}/gallery/`)).text();
const names = [...index.matchAll(/href="([a-z0-9-]+)"/g)].map((found) => found[1]).filter((name) => !only.length || only.includes(name));

for (const [width, scheme] of [[390, "light"], [1440, "light"], [390, "dark"], [1440, "dark"]]) {
  // Service workers answer from their store, which would hide the weight of a first load.
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: scheme, serviceWorkers: "block" });
  for (const language of scheme === "dark" ? ["zh"] : ["zh", "en"]) {
    for (const name of names) {
      const where = `${name} ${language} ${width} ${scheme}`;
      const page = await context.newPage();
      let weight = 0;
      let budget = "desk";
      const bodies = [];
      page.on("pageerror", (error) => fail(where, `script: ${error.message}`));
      page.on("console", (message) => { if (message.type() === "error") fail(where, `console: ${message.text()}`); });
      page.on("response", (response) => {
        if (response.url().includes("/gallery/")) budget = response.headers()["x-budget"] || budget;
        bodies.push(response.body().then((body) => { weight += gzipSync(body).length; }).catch(() => {}));
      });
      await page.goto(`${base}/gallery/${name}?language=${language}`, { waitUntil: "load" });
      await Promise.all(bodies);
      if (weight > BUDGETS[budget]) fail(where, `${weight} bytes, budget ${BUDGETS[budget]}`);
      if (weight > heaviest[budget][0]) heaviest[budget] = [weight, name];
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) fail(where, `overflows by ${overflow} px`);
      const text = await page.evaluate(() => document.body.innerText);
      const key = text.match(KEY);
      if (key) fail(where, `key shown: ${key[0].trim()}`);
      if (width === 390 && budget !== "desk") {
        const small = await page.evaluate(() => [...document.querySelectorAll("button, .button, .bottom a, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), .choice")]
          .filter((element) => element.getClientRects().length && element.getBoundingClientRect().height < 44)
          .map((element) => element.outerHTML.slice(0, 80)));
        if (small.length) fail(where, `targets under 44 px: ${small[0]}`);
      }
      if (!(scheme === "dark" && width === 390 && budget === "desk")) {
        const axe = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        axePasses += axe.passes.length;
        for (const violation of axe.violations.filter((one) => one.impact === "serious" || one.impact === "critical")) {
          fail(where, `axe ${violation.id}: ${violation.nodes[0].target} ${violation.nodes[0].failureSummary.split("\n")[1] || ""}`);
        }
      }
      if (scheme === "light" || language === "zh") await page.screenshot({ path: `${folder}/${name}-${language}-${width}-${scheme}.png`, fullPage: true });
      if (name === "household" && width === 1440 && scheme === "light") await page.pdf({ path: `${folder}/${name}-${language}.pdf`, format: "A4", preferCSSPageSize: true, printBackground: true });
      if (name === "notice" && width === 1440 && scheme === "light") await page.pdf({ path: `${folder}/${name}-${language}.pdf`, format: "A4", preferCSSPageSize: true, printBackground: true });
      seen += 1;
      await page.close();
    }
  }
  await context.close();
}

if (!only.length || only.includes("offline")) await offline();
if (!only.length || only.includes("focus")) await errorFocus();
await browser.close();
console.log(JSON.stringify({ pages: names.length, seen, axePasses, heaviest, seconds: Math.round((Date.now() - started) / 1000), failures: failures.length }));
process.exit(failures.length ? 1 : 0);

// The summary of problems has the focus and leads to its field.
async function errorFocus() {
  const page = await browser.newPage();
  await page.goto(`${base}/gallery/declare-refused?language=en`);
  if (!(await page.evaluate(() => document.activeElement.matches(".problems")))) fail("error summary", "has no focus");
  if (!(await page.title()).startsWith("Error: ")) fail("error summary", `title ${await page.title()}`);
  await page.click(".problems a");
  if ((await page.evaluate(() => document.activeElement.id)) !== "declare-telephone") fail("error summary", "does not lead to the field");
  await page.close();
}

// Visits saved without a connection arrive once each, although the first reply is lost and a page is reloaded.
async function offline() {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const url = `${base}/visits/522301-0042?language=zh`;
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await (await caches.open("pages")).keys()).length > 0);
  await page.reload();
  await context.setOffline(true);
  for (let visit = 0; visit < 3; visit += 1) {
    await page.goto(url);
    await page.fill("[name=remark]", `visit ${visit}`);
    if (visit === 1) {
      // A draft survives a reload.
      await page.waitForTimeout(600);
      await page.reload();
      await page.waitForFunction(() => document.querySelector("[name=remark]").value === "visit 1", null, { timeout: 5000 }).catch(() => fail("offline", "draft lost on reload"));
    }
    const before = Date.now();
    await page.click("form[data-offline] button.submit");
    await page.waitForSelector("[data-saved]:not([hidden])");
    if (Date.now() - before > 2000) fail("offline", `saving took ${Date.now() - before} ms`);
    await page.waitForFunction((count) => document.querySelector("[data-unsent]").textContent.includes(String(count)), visit + 1);
  }
  await page.screenshot({ path: `${folder}/offline-queue.png`, fullPage: true });
  const download = page.waitForEvent("download");
  await page.click("[data-export]");
  const file = await (await download).path();
  const { readFileSync } = await import("node:fs");
  const exported = JSON.parse(readFileSync(file, "utf8"));
  if (exported.visits.length !== 3) fail("offline", `exported ${exported.visits.length} visits`);
  // The server stores the first visit, but its reply never arrives.
  let dropped = 0;
  await context.route("**/visits/522301-0042", async (route) => {
    if (dropped === 0 && route.request().method() === "POST") { dropped += 1; await route.fetch(); await route.abort(); } else await route.continue();
  });
  await context.setOffline(false);
  await page.waitForFunction(() => !document.querySelector("[data-unsent]").classList.contains("waiting"), null, { timeout: 20000 })
    .catch(async () => { await page.click("[data-send]"); await page.waitForFunction(() => !document.querySelector("[data-unsent]").classList.contains("waiting"), null, { timeout: 20000 }); });
  const stored = await (await fetch(`${base}/stored`)).json();
  const keys = Object.keys(stored);
  const arrivals = Object.values(stored).reduce((sum, count) => sum + count, 0);
  console.log(JSON.stringify({ offline: { stored: keys.length, arrivals, dropped } }));
  if (dropped !== 1 || arrivals <= 3) fail("offline", "no reply was dropped");
  if (keys.length !== 3 || keys.sort().join() !== exported.visits.map((visit) => visit.key).sort().join()) fail("offline", `stored ${keys.length} visits of 3`);
  await context.close();
}
