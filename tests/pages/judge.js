// Judges every page below an address: node judge.js <folder with pages> <address that serves it> <Chromium>
// Prints what html-validate, axe and HTML CodeSniffer (the last two through pa11y) find, as JSON.
import fs from 'node:fs'
import path from 'node:path'
import { HtmlValidate, StaticConfigLoader } from 'html-validate'
import pa11y from 'pa11y'
import puppeteer from 'puppeteer'

const [folder, address, chromium] = process.argv.slice(2)
const AT_ONCE = 2
const PHONE = { width: 320, height: 640 }
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]
const MARKUP = {
  extends: ['html-validate:recommended'],
  rules: {
    'attribute-boolean-style': 'off', // required="" and required are the same; WTForms writes the first
    'form-dup-name': 'off', // day, month and year of a date share a name, which is how WTForms joins them
    'no-redundant-role': 'off', // GOV.UK's date input says role=group for old screen readers
    'no-trailing-whitespace': 'off', // nobody sees it
    'prefer-native-element': 'off', // a link that looks like a button says role=button, as GOV.UK's does
    'tel-non-breaking': 'off' // a number may break over two lines on a narrow phone rather than run out of it
  }
}

async function markupFaults(page, html) {
  const report = await validator.validateString(html, page)
  return report.results.flatMap((result) => result.messages)
    .map((found) => ({ page, tool: 'html-validate', rule: found.ruleId, what: `${found.message} (${found.selector})` }))
}

async function accessibilityFaults(page) {
  const report = await pa11y(`${address}/${page}`, {
    browser,
    runners: ['axe', 'htmlcs'],
    standard: 'WCAG2AA',
    viewport: PHONE,
    // What a tool could not decide is not a fault.
    levelCapWhenNeedsReview: 'warning'
  })
  return report.issues.map((found) => ({ page, tool: found.runner, rule: found.code, what: found.context }))
}

const validator = new HtmlValidate(new StaticConfigLoader(MARKUP))
const browser = await puppeteer.launch({ executablePath: chromium, args: FLAGS })
const waiting = fs.readdirSync(folder).filter((name) => path.extname(name) === '.html').sort()
const faults = []

async function judgeOneAfterAnother() {
  for (let page = waiting.shift(); page; page = waiting.shift()) {
    faults.push(...await markupFaults(page, fs.readFileSync(path.join(folder, page), 'utf8')), ...await accessibilityFaults(page))
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, judgeOneAfterAnother))
await browser.close()
console.log(JSON.stringify(faults))
