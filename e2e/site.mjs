// The running service as its users see it: signs in as the roles of the demonstration, walks a case to its approval, looks at every page at
// two widths. Usage: node site.mjs BASE ACCOUNTS.json SCREENSHOTS. ACCOUNTS.json: what `fupin --format json serve --demo` printed.

import { mkdirSync, readFileSync } from "node:fs";
import * as common from "./common.mjs";

const { fail, failures, spent } = common;
const [base, accountsFile, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const accounts = Object.fromEntries(
  readFileSync(accountsFile, "utf8").trim().split("\n").map((line) => JSON.parse(line)).map((account) => [account.user, account]),
);
const browser = await common.launch();
const look = (page, name) => common.look(page, name, shots);
const signIn = (user, language = "en") => common.signIn(browser, base, accounts[user], { language });

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
await spent(county, 3, "from the county to a household");
await look(county, "household");
for (const part of ["members", "facts", "income", "score", "timeline", "looks"]) {
  if ((await county.locator(`#${part}`).count()) !== 1) fail(`the page of a household has no #${part}`);
}
const number = county.url().split("/").pop();
await county.goto(`${base}/desk`);
await county.fill("#search", number);
await county.keyboard.press("Enter");
await county.waitForURL(`**/${number}`).catch(() => fail(`search for ${number} led to ${county.url()}`));
await spent(county, 0, "a household by its number");

// From a cause to its households, and out with them for a reason.
await county.goto(`${base}/desk`);
await spent(county);
await county.locator("ul.bars a").first().click();
await spent(county, 1, "from a cause to its households");
await look(county, "households-cause");
await county.locator("summary", { hasText: "Export" }).click();
await county.fill("#form-export [name=reason]", "x");
await county.locator("#form-export button.submit").click();
if ((await county.locator(".problems").count()) === 0) fail("a list goes out without a reason");
await look(county, "export-refused");
await spent(county);
await county.goBack();
await county.locator("summary", { hasText: "Export" }).click();
await county.fill("#form-export [name=reason]", "spot check");
const [workbook] = await Promise.all([county.waitForEvent("download"), county.locator("#form-export button.submit").click()]);
if (!workbook.suggestedFilename().endsWith(".xlsx")) fail(`the list came out as ${workbook.suggestedFilename()}`);
await spent(county, 2, "a list as a workbook");
// The list kept by a name, with fewer columns, and forgotten.
await county.locator("summary", { hasText: "Columns" }).click();
for (const name of ["persons", "flags"]) await county.locator(`input[name=column][value=${name}]`).uncheck();
await county.locator("details[open] button", { hasText: "Apply" }).click();
if ((await county.locator("main table thead th").count()) !== 8) fail("the columns chosen are not those shown");
await county.locator("summary", { hasText: "Keep this list" }).click();
await county.fill("#form-keep [name=name]", "Mine");
await county.locator("#form-keep button.submit").click();
await county.locator("nav.tabs [aria-current]", { hasText: "Mine" }).waitFor();
await look(county, "households-kept");
await county.locator("#form-forget button").click();
if ((await county.locator("nav.tabs", { hasText: "Mine" }).count()) !== 0) fail("a forgotten list is still there");
// The programme as it is applied, and a rule tried on that household, if the service has a register beside it.
await county.goto(`${base}/programme`);
if (await county.locator("form#form-tester").count()) {
  const attempt = async (rule) => {
    await county.fill("form#form-tester [name=rule]", rule);
    await county.fill("form#form-tester [name=household]", number);
    await county.locator("form#form-tester button.submit").click();
    await county.waitForLoadState();
  };
  await attempt("income_per_head < ");
  if ((await county.locator(".problems").count()) === 0) fail("half a rule is taken for one");
  await look(county, "programme-refused");
  await attempt("persons > 0 and persons < 2");
  await county.locator("#tester [role=status]").waitFor();
  if ((await county.locator("#tester [role=status] li").count()) !== 3) fail("the rule is not answered clause by clause");
} else {
  fail("no rule can be tried: serve with --register");
}
await look(county, "programme");
const other = await county.goto(`${base}/households?area=11`);
if (other.status() !== 403) fail(`another province answered ${other.status()}`);
await look(county, "forbidden");
await county.goto(`${base}/cases`);
await look(county, "cases");

// Two files brought in: checked while the page shows how far it is, then accepted; a row that does not hold is a finding.
const village = String(accounts.cadre.area);
const columns = "household,village,status,size,wage_income,production_income,property_income,transfer_income,production_cost,net_income";
const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
await county.locator("nav.side a[href='/imports']").click();
await look(county, "imports");
await county.locator("#form-import button.submit").click();
await county.locator(".problems").waitFor();
await look(county, "imports-refused");
await spent(county);
const households = `${columns}\n${village}9001,${village},registered,1,9000,0,0,0,0,9000\n${village}9002,here,none,1,9000,0,0,0,0,9000\n`;
await county.setInputFiles("#form-import [name=household]", file("农户.csv", households));
await county.setInputFiles("#form-import [name=person]", file("成员.csv", `household,person,name,sex,relation\n${village}9001,1,石新来,male,head\n`));
await county.locator("#form-import button.submit").click();
await county.locator("button[value=accept]").waitFor({ timeout: 30000 });
await look(county, "import-checked");
const [mend] = await Promise.all([county.waitForEvent("download"), county.locator("a[download]").click()]);
if (!mend.suggestedFilename().endsWith(".zip")) fail(`the refused rows came out as ${mend.suggestedFilename()}`);
await county.locator("button[value=accept]").click();
await county.locator("main", { hasText: "in the records" }).waitFor({ timeout: 30000 });
await look(county, "import-recorded");
await spent(county, 3, "files checked, refused rows fetched, accepted");
const added = await county.goto(`${base}/households/${village.slice(0, 6)}/${village}9001`);
if (added.status() !== 200) fail(`the household brought in answered ${added.status()}`);

// What the two runs propose, what changed between them, and cases opened from the list in three clicks.
const runs = await county.goto(`${base}/runs`);
if (runs.status() !== 200) fail(`the runs answered ${runs.status()}`);
await look(county, "runs");
await county.locator("main form button").click();
await county.locator("#entering").waitFor();
await look(county, "run-comparison");
const township = await signIn("township", "zh");
await township.locator("main a[href*='proposal=admit']").first().click();
await look(township, "run");
await spent(township);
const marks = township.locator("main table input[name=row]");
for (const place of [0, 1]) await marks.nth(place).check();
await township.locator("main form[action$='/cases'] button[type=submit]").click();
await spent(township, 4, "two proposals of a run as cases");
await look(township, "run-opened");
if ((await township.locator("main table a[href^='/cases/']").count()) !== 2) fail("two marked households did not become two cases");
await township.goBack();
await township.reload();
await township.locator("main table a[href^='/cases/']").first().waitFor();
await township.locator("main table a[href^='/households/']").first().click();
if (!(await township.locator("#score").innerText()).includes("贫困线")) fail("the page of the household does not say why");
await look(township, "household-score");

// A case at the village: the cadre takes the next step, a wrong answer keeps what was typed.
const cadre = await signIn("cadre", "zh");
await cadre.goto(`${base}/cases?step=evaluation`);
await cadre.locator("main table a").first().click();
await look(cadre, "case");
const form = cadre.locator("form", { has: cadre.locator("[name=entitled]") });
for (const [name, value] of [["entitled", "30"], ["present", "12"], ["agree", "10"], ["disagree", "1"], ["abstain", "1"]]) await form.locator(`[name=${name}]`).fill(value);
await form.locator("[name=document]").first().check();
await form.locator("button[type=submit]").click();
if (!(await cadre.locator(".problems").innerText()).includes("至少20人到会")) fail("a missed quorum is not named");
if ((await cadre.locator("[name=entitled]").inputValue()) !== "30") fail("what was typed is gone");
await look(cadre, "case-refused");
const again = cadre.locator("form", { has: cadre.locator("[name=entitled]") });
for (const [name, value] of [["present", "25"], ["agree", "20"], ["disagree", "3"], ["abstain", "2"]]) await again.locator(`[name=${name}]`).fill(value);
await again.locator("button[type=submit]").click();
await cadre.locator("[name=from]").waitFor();
if ((await cadre.locator("form", { has: cadre.locator("[name=from]") }).count()) !== 1) fail("after the votes the notice is not offered");
await look(cadre, "case-notice");

// Notices posted together, from the home page of the phone.
await cadre.goto(`${base}/visits`);
await spent(cadre);
await cadre.locator("#together a", { hasText: "公示" }).first().click();
await cadre.locator("[data-all] input").check();
await look(cadre, "together");
await cadre.locator("button[name=decision][value=do]").click();
await spent(cadre, 3, "publishing notices");
if (!(await cadre.locator("main table").innerText()).includes("已办理")) fail("no notice was posted");
await look(cadre, "together-done");
await cadre.goto(`${base}/meetings`);
await look(cadre, "meeting-none");

// The auditor reads and changes nothing.
const auditor = await signIn("auditor");
await auditor.goto(cadre.url());
if ((await auditor.locator("main form button").count()) !== 0) fail("the auditor is offered an act");
await auditor.goto(`${base}/households/${accounts.county.area}/${number}`);
if (!(await auditor.locator("#looks").innerText()).includes("county officer")) fail("the look of the county officer is not on the page");
await look(auditor, "household-auditor");

// Who looked, by household and by account; an account made, used and locked.
await auditor.goto(`${base}/access?household=${number}`);
if (!(await auditor.locator("main table").innerText()).includes("county officer")) fail("the access log does not name who looked");
await look(auditor, "access");
await auditor.goto(`${base}/access?account=township`);
if ((await auditor.locator("main table tbody tr").count()) < 2) fail("the looks of the township officer are not listed");
const denied = await cadre.goto(`${base}/users`);
if (denied.status() !== 403) fail(`the users answered ${denied.status()} to a cadre`);
const admin = await signIn("admin");
await admin.goto(`${base}/users`);
await look(admin, "users");
await admin.locator("form#form-user button.submit").click();
if ((await admin.locator(".problems li").count()) !== 3) fail("an empty form for a new user does not name its three gaps");
await look(admin, "users-refused");
for (const [name, value] of [["account", "Fresh"], ["name", "Li Na"], ["area", String(accounts.cadre.area)]]) await admin.locator(`form#form-user [name=${name}]`).fill(value);
await admin.locator("form#form-user [name=role]").selectOption("village_cadre");
await admin.locator("form#form-user button.submit").click();
const password = await admin.locator("main dl.pairs dd").nth(1).innerText();
await look(admin, "users-added");
const enter = async () => {
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("[name=user]", "fresh");
  await page.fill("[name=password]", password);
  await page.click("main button[type=submit]");
  return page;
};
if (!(await enter()).url().endsWith("/enrol")) fail("a new account is not asked to set up its second factor");
await admin.locator("main table tr", { hasText: "fresh" }).locator("button[value=lock]").click();
if ((await enter()).url().endsWith("/enrol")) fail("a locked account can sign in");

console.log(failures.length === 0 ? "all good" : `${failures.length} failures`);
await browser.close();
process.exit(failures.length === 0 ? 0 : 1);
