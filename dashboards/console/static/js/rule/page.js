// One rule: what it watches for, why, on which devices and why not on others, and how it came to read as it does.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { said } from '../core/said.js'
import { t } from '../core/words.js'
import { grade } from '../draw/shape.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { mayEdit, ruleTitle } from '../site/rules.js'
import { conditionPart } from './condition.js'
import { devicePart } from './devices.js'
import { rationalePart } from './rationale.js'
import { takeBackPart, versionPart } from './versions.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1))
const view = { rule: null, version: null, problem: '' }

export async function open (root) {
  await loadSite()
  await followSite()
  drawDesk(root, 'rule', content)
}

/** Asked again whenever the book holds another version of it. */
async function ask () {
  view.version = live.rules.get(id)?.version ?? ''
  try {
    view.rule = await api.rule(id)
    view.problem = ''
  } catch (error) {
    view.problem = error.status === 404 ? t('rule.unknown') : said(error)
  }
  changed()
}

function content () {
  if (view.version !== (live.rules.get(id)?.version ?? '')) ask()
  const { rule } = view
  if (!rule) return [bookTabs('rule'), h('p', { class: 'nothing t2', 'data-key': 'none' }, view.problem || t('loading')),
    view.problem ? versionPart(id, null) : null]
  return [bookTabs('rule'), head(rule),
    h('div', { class: 'rule-grid', 'data-key': 'grid' }, h('div', { class: 'column' }, conditionPart(rule), devicePart(rule)),
      h('div', { class: 'column' }, rationalePart(rule), versionPart(id, rule)))]
}

const head = (rule) => h('section', { class: 'rule-head', 'data-key': 'head' },
  grade(rule.priority, 64),
  h('div', { class: 'words' }, h('h1', { class: 't1' }, ruleTitle(rule)),
    h('p', { class: 't2' }, h('span', { class: 'mono' }, rule.id), h('span', {}, t(`priority.${rule.priority}`)),
      h('span', {}, t(`rule.origin.${rule.origin}`)), h('span', {}, t('trace.version', { version: rule.version.slice(0, 8) })))),
  h('div', { class: 'acts' }, mayEdit() ? [h('a', { class: 'button', href: `/backtests?rule=${encodeURIComponent(rule.id)}` }, t('backtest.open')),
    h('a', { class: 'button main', href: `/rules/${encodeURIComponent(rule.id)}/edit` }, t('rule.edit'))] : h('span', { class: 't3' }, t('rule.only_reading'))),
  takeBackPart(rule))
