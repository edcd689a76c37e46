// The rule book: every rule with its priority, what it watches, how often it has been raised, and who wrote it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { number } from '../core/format.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { grade, PRIORITIES } from '../draw/shape.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { mayEdit, ruleTitle, systemsOf } from '../site/rules.js'
import { mistakeList } from './mistakes.js'

const DAYS = 30
const ORIGINS = ['library', 'site', 'edited']
const COLUMNS = ['what', 'systems', 'watches', 'raised', 'origin']
const view = { text: '', system: '', priority: '', origin: '', raised: null, mistakes: [] }

export async function open (root) {
  await loadSite()
  await followSite()
  ask()
  drawDesk(root, 'rules', content, () => [t('rules.count', { count: number(live.rules.size) })])
}

/** How often each was raised, and what is wrong with the files: the list does not wait for either. */
async function ask () {
  api.alarmFigures(now() - DAYS * 86_400_000).then((figures) => { view.raised = figures.by_rule ?? {}; changed() }, () => {})
  api.ruleMistakes().then(({ items }) => { view.mistakes = items; changed() }, () => {})
}

const set = (change) => { Object.assign(view, change); changed() }

function isWanted (rule) {
  const words = `${rule.id} ${say(rule.text)} ${rule.text.zh} ${rule.text.en}`.toLowerCase()
  return words.includes(view.text.toLowerCase()) && (!view.priority || rule.priority === view.priority)
    && (!view.origin || rule.origin === view.origin) && (!view.system || systemsOf(rule).has(view.system))
}

const byPriority = (a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || a.id.localeCompare(b.id)

function content () {
  const found = [...live.rules.values()].filter(isWanted).sort(byPriority)
  return [bookTabs('rules', mayEdit() ? h('a', { class: 'button', href: '/new-rule' }, t('rules.new')) : null),
    view.mistakes.length ? h('section', { class: 'panel notice-panel', 'data-key': 'mistakes' },
      h('h2', { class: 't1' }, t('rules.not_taken', { count: view.mistakes.length })), mistakeList(view.mistakes)) : null,
    filterBar(),
    h('section', { class: 'panel rule-list', 'data-key': 'list' },
      h('div', { class: 'rule-row head t3' }, h('span', {}), COLUMNS.map((column) => h('span', { class: column }, t(`rules.column.${column}`)))),
      found.length ? h('ol', {}, found.map(row)) : h('p', { class: 'nothing t2' }, t('rules.none')))]
}

function filterBar () {
  const pick = (key, label, options) => h('select', { class: `chip ${view[key] ? 'chosen' : ''}`, 'aria-label': label,
    onchange: (event) => set({ [key]: event.target.value }) }, h('option', { value: '' }, t('alarms.all', { what: label })),
  options.map(([value, words]) => h('option', { value }, words)))
  return h('div', { class: 'filters', role: 'search', 'data-key': 'filters' },
    h('input', { class: 'field search', type: 'search', placeholder: t('rules.search'), 'aria-label': t('rules.search'),
      oninput: (event) => set({ text: event.target.value }) }),
    pick('system', t('alarms.system'), live.site.systems.map(({ id, label }) => [id, say(label)])),
    pick('priority', t('rules.priority'), PRIORITIES.map((priority) => [priority, t(`priority.${priority}`)])),
    pick('origin', t('rules.column.origin'), ORIGINS.map((origin) => [origin, t(`rule.origin.${origin}`)])))
}

function row (rule) {
  const systems = live.site.systems.filter(({ id }) => systemsOf(rule).has(id)).map(({ label }) => say(label))
  const raised = view.raised?.[rule.id] ?? 0
  return h('li', { 'data-key': rule.id }, h('a', { class: 'rule-row', href: `/rules/${encodeURIComponent(rule.id)}` },
    h('span', { class: 'sign' }, grade(rule.priority, 44)),
    h('span', { class: 'what' }, h('b', { class: 't1' }, ruleTitle(rule)), h('span', { class: 'mono t3' }, rule.id)),
    h('span', { class: 'systems t2' }, systems.length > 3 ? t('rules.systems', { count: systems.length }) : systems.join(t('list.comma'))),
    h('span', { class: `watches ${rule.watches ? 't2' : 't3'}` }, t('rules.watches', { count: number(rule.watches) })),
    h('span', { class: `raised ${raised ? 't1' : 't3'}` }, view.raised === null ? '…' : t('rules.times', { count: number(raised) })),
    h('span', { class: 'origin t2' }, rule.origin === 'library' ? t('rule.origin.library')
      : h('i', { class: 'mark' }, t(`rule.origin.${rule.origin}`)))))
}
