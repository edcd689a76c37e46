// The bar over the list: words, priorities with their counts, system, place, and which alarms at all.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { flag, PRIORITIES, shape } from '../draw/shape.js'
import { ASIDE } from '../site/alarms.js'
import { counts, desk, shownCounts } from './state.js'

const set = (change) => { Object.assign(desk, change); changed() }

export function filterBar () {
  const count = counts()
  const shown = shownCounts()
  return h('div', { class: 'filters', role: 'search', 'data-key': 'filters' },
    h('input', { class: 'field search', type: 'search', placeholder: t('alarms.search'), 'aria-label': t('alarms.search'),
      oninput: (event) => set({ text: event.target.value }) }),
    PRIORITIES.map((priority) => chip(desk.priorities.has(priority), () => togglePriority(priority),
      [shape(priority, 'active_acknowledged', 32), chipWords(priority, count, shown)])),
    pick('system', t('alarms.system'), live.site.systems.map((system) => [system.id, say(system.label)])),
    pick('place', t('alarms.place'), live.site.areas.map((area) => [area.id, say(area.name)])),
    ['active', 'unacknowledged', 'returned'].map((view) => chip(desk.view === view, () => set({ view }),
      t(`alarms.view.${view}`, { count: count[view] }))),
    count.requested || desk.view === 'requested' ? chip(desk.view === 'requested', () => set({ view: desk.view === 'requested' ? 'active' : 'requested' }),
      t('alarms.view.requested', { count: count.requested })) : null,
    h('span', { class: 'push' }),
    h('span', { class: 'chips' }, ASIDE.map((kind) => chip(desk.view === kind, () => set({ view: desk.view === kind ? 'active' : kind }),
      [flag(kind, 24), t(`alarms.view.${kind}`, { count: count[kind] })]))))
}

/** 高 4，显示 2 while a flood hides some of them. */
function chipWords (priority, count, shown) {
  const what = `${t(`priority.${priority}`)} ${count[priority]}`
  return shown && shown[priority] !== count[priority] ? t('flood.chip', { what, shown: shown[priority] }) : what
}

const chip = (pressed, act, face) => h('button', { class: 'chip', type: 'button', 'aria-pressed': String(pressed), onclick: act }, face)

function togglePriority (priority) {
  const wanted = new Set(desk.priorities)
  if (!wanted.delete(priority)) wanted.add(priority)
  set({ priorities: wanted })
}

const pick = (name, label, options) => h('select',
  { class: `chip ${desk[name] ? 'chosen' : ''}`, 'aria-label': label, onchange: (event) => set({ [name]: event.target.value }) },
  h('option', { value: '' }, t('alarms.all', { what: label })), options.map(([value, words]) => h('option', { value }, words)))
