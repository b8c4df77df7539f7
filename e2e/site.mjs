// The running service as its users see it: signs in as the roles of the demonstration, walks a case to its approval, looks at every page at
// two widths. Usage: node site.mjs BASE ACCOUNTS.json SCREENSHOTS. ACCOUNTS.json: what `fupin --format json serve --demo` printed.

import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const [base, accountsFile, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const accounts = Object.fromEntries(
  readFileSync(accountsFile, "utf8").trim().split("\n").map((line) => JSON.parse(line)).map((account) => [account.user, account]),
);
const failures = [];
const fail = (text) => {
  failures.push(text);
  console.log(`FAIL ${text}`);
};

function totp(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function look(page, name) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) fail(`${name} ${width}: ${wide} px wider than the screen`);
  }
  const text = await page.locator("body").innerText();
  const key = text.match(/\b(case|desk|household|menu|role|state|event|act|sign_in|overview|common)\.[a-z_]+\b/);
  if (key) fail(`${name}: untranslated ${key[0]}`);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const violation of violations.filter((v) => ["serious", "critical"].includes(v.impact))) {
    fail(`${name}: ${violation.id} ${violation.nodes[0]?.target}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function signIn(user, language = "en") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: language === "en" ? "en-GB" : "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("[name=user]", accounts[user].user);
  await page.fill("[name=password]", accounts[user].password);
  await page.click("main button[type=submit]");
  await page.fill("[name=code]", totp(accounts[user].authenticator));
  await page.click("main button[type=submit]");
  await page.waitForURL("**/desk");
  return page;
}

// The public: totals and procedure, and nothing else.
{
  const page = await (await browser.newContext({ locale: "zh-CN" })).newPage();
  for (const [path, name] of [["/totals", "totals"], ["/procedure?id=identification", "procedure"], ["/sign-in", "sign-in"], ["/nowhere", "missing"]]) {
    await page.goto(base + path);
    await look(page, name);
  }
  await page.goto(`${base}/households`);
  if (!page.url().endsWith("/sign-in")) fail("the list of households opens without signing in");
  await page.fill("[name=user]", "county");
  await page.fill("[name=password]", "wrong");
  await page.click("main button[type=submit]");
  await look(page, "sign-in-refused");
}

// The county: from its overview to a household in four clicks.
const county = await signIn("county");
await look(county, "desk");
await county.locator("ul.tiles a").first().click();
await look(county, "desk-township");
await county.locator("ul.tiles a").first().click();
await look(county, "households");
await county.locator("main table a").first().click();
await look(county, "household");
const number = county.url().split("/").pop();
await county.goto(`${base}/desk`);
await county.fill("#search", number);
await county.keyboard.press("Enter");
await county.waitForURL(`**/${number}`).catch(() => fail(`search for ${number} led to ${county.url()}`));
const other = await county.goto(`${base}/households?area=11`);
if (other.status() !== 403) fail(`another province answered ${other.status()}`);
await look(county, "forbidden");
await county.goto(`${base}/cases`);
await look(county, "cases");

// A case at the village: the cadre takes the next step, a wrong answer keeps what was typed.
const cadre = await signIn("cadre", "zh");
await cadre.goto(`${base}/cases?step=evaluation`);
await cadre.locator("main table a").first().click();
await look(cadre, "case");
const form = cadre.locator("form", { has: cadre.locator("[name=entitled]") });
for (const [name, value] of [["entitled", "30"], ["present", "12"], ["agree", "10"], ["disagree", "1"], ["abstain", "1"]]) await form.locator(`[name=${name}]`).fill(value);
await form.locator("[name=document]").first().check();
await form.locator("button[type=submit]").click();
if (!(await cadre.locator(".problems").innerText()).includes("quorum")) fail("a missed quorum is not named");
if ((await cadre.locator("[name=entitled]").inputValue()) !== "30") fail("what was typed is gone");
await look(cadre, "case-refused");
const again = cadre.locator("form", { has: cadre.locator("[name=entitled]") });
for (const [name, value] of [["present", "25"], ["agree", "20"], ["disagree", "3"], ["abstain", "2"]]) await again.locator(`[name=${name}]`).fill(value);
await again.locator("button[type=submit]").click();
await cadre.locator("[name=from]").waitFor();
if ((await cadre.locator("form", { has: cadre.locator("[name=from]") }).count()) !== 1) fail("after the votes the notice is not offered");
await look(cadre, "case-notice");

// The auditor reads and changes nothing.
const auditor = await signIn("auditor");
await auditor.goto(cadre.url());
if ((await auditor.locator("main form button").count()) !== 0) fail("the auditor is offered an act");
await auditor.goto(`${base}/households/${accounts.county.area}/${number}`);
if (!(await auditor.locator("#looks").innerText()).includes("county_officer")) fail("the look of the county officer is not on the page");
await look(auditor, "household-auditor");

console.log(failures.length === 0 ? "all good" : `${failures.length} failures`);
await browser.close();
process.exit(failures.length === 0 ? 0 : 1);
