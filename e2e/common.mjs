// What the walks share: signing in with a second factor, and looking at a page at two widths with axe.

import { createHmac } from "node:crypto";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

export const failures = [];
export const fail = (text) => {
  failures.push(text);
  console.log(`FAIL ${text}`);
};

export const launch = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

export function totp(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() + ahead * 86400000) / 30000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

export async function look(page, name, shots) {
  const before = page.viewportSize();
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) fail(`${name} ${width}: ${wide} px wider than the screen`);
  }
  const text = await page.locator("body").innerText();
  const key = text.match(/\b(case|desk|household|menu|role|state|event|act|sign_in|password|overview|common|declare|mine|notice|visit|visits|purpose|run|proposal|users|access|list|bulk|meeting|programme|import|refusal|table)\.[a-z_]+\b/);
  if (key) fail(`${name}: untranslated ${key[0]}`);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const violation of violations.filter((v) => ["serious", "critical"].includes(v.impact))) {
    fail(`${name}: ${violation.id} ${violation.nodes[0]?.target}`);
  }
  await page.setViewportSize(before);
}

// Every click of a visitor, whatever page it is on; a key pressed in a form is none.
const COUNT = () => addEventListener("click", (event) => {
  if (event.isTrusted && event.detail > 0) sessionStorage.setItem("clicks", String(Number(sessionStorage.getItem("clicks") ?? 0) + 1));
}, true);

/** Holds what was done since the last call against its budget of clicks. */
export async function spent(page, most, what) {
  const clicks = await page.evaluate(() => {
    const clicks = Number(sessionStorage.getItem("clicks") ?? 0);
    sessionStorage.removeItem("clicks");
    return clicks;
  });
  if (most === undefined) return;
  console.log(`${clicks} of ${most} clicks: ${what}`);
  if (clicks > most) fail(`${what} takes ${clicks} clicks, not ${most}`);
}

/** Opens a page of its own for an account of the demonstration and signs in. */
export async function signIn(browser, base, account, { language = "en", ahead = 0, width = 1440 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: language === "en" ? "en-GB" : "zh-CN" });
  await context.addInitScript(COUNT);
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("[name=user]", account.user);
  await page.fill("[name=password]", account.password);
  await page.click("main button[type=submit]");
  await page.fill("[name=code]", totp(account.authenticator, ahead));
  await page.click("main button[type=submit]");
  await page.waitForURL(/\/(desk|visits)$/);
  await spent(page);
  return page;
}
