// How well the alarms are kept: the figures against their targets, the worst of them with a proved suggestion, and what nobody needs.
import { h } from '../core/dom.js'
import { archiveDate, number, since } from '../core/format.js'
import { instant, now } from '../core/clock.js'
import { changed, followSite, loadSite } from '../core/live.js'
import { t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { badActors } from './actors.js'
import { dayBars } from './days.js'
import { reviewLists } from './lists.js'
import { load, ownPeriod, PERIODS, view } from './state.js'
import { figureTable } from './table.js'

export async function open (root) {
  await loadSite()
  await followSite()
  load()
  drawDesk(root, 'figures', content)
}

function set (change) {
  Object.assign(view, change)
  if (!view.own || (view.own.start && view.own.start <= view.own.end)) load()
  changed()
}

function content () {
  const { kpis, review } = view
  return [bookTabs('figures', periodChoice()), view.problem ? h('p', { class: 'panel part t1', role: 'alert', 'data-key': 'problem' }, view.problem) : null,
    summary(kpis),
    h('div', { class: 'figures-grid', 'data-key': 'grid' }, part('figures.against_targets', kpis, figureTable), h('div', { class: 'column' },
      part('figures.by_day', kpis, dayBars), part('figures.priorities', review, priorities))),
    part('figures.worst', review, badActors), review ? reviewLists(review, kpis?.unauthorised ?? []) : null]
}

const part = (key, answer, draw) => h('section', { class: `panel part ${key.replace('.', '-')}`, 'data-key': key }, h('h2', { class: 't1' }, t(key)),
  answer ? draw(answer) : h('p', { class: 't2 empty' }, t(answer === undefined ? 'loading' : 'empty.none')))

function periodChoice () {
  const choice = (pressed, words, onclick) => h('button', { class: 'button', type: 'button', 'aria-pressed': String(pressed), onclick }, words)
  const day = (name) => h('input', { class: 'field', type: 'date', max: archiveDate(now()), 'aria-label': t(`backtest.${name}`), 'data-key': name, value: view.own[name],
    onchange: (event) => set({ own: { ...view.own, [name]: event.target.value } }) })
  return h('span', { class: 'choice' }, PERIODS.map((days) => choice(!view.own && view.days === days, t('backtest.days', { days }), () => set({ days, own: null }))),
    choice(view.own, t('backtest.own'), () => set({ own: view.own ?? ownPeriod() })), view.own ? [day('start'), day('end')] : null)
}

/** 30 天 1,240 条，每天 41 条；18 项达标，2 项未达标. */
function summary (kpis) {
  if (!kpis) return null
  const count = (verdict) => kpis.figures.filter((figure) => figure.verdict === verdict).length
  const missed = count('missed')
  return h('p', { class: 'summary t1', 'data-key': 'summary' }, t('figures.summary', { total: number(kpis.total), per_day: number(kpis.per_day, kpis.per_day < 1 ? 2 : kpis.per_day < 10 ? 1 : 0) }), t('list.clause'),
    missed ? t('figures.some_missed', { met: count('met'), missed }) : t('figures.all_met', { met: count('met') }),
    instant(kpis.recorded_from) > instant(kpis.start) ? h('span', { class: 't2' }, ` ${t('figures.recorded_from', { time: since(instant(kpis.recorded_from)) })}`) : null)
}

/** How alarms divide over the priorities: as raised, and as the rules would have it. */
const priorities = ({ priorities: all }) => h('table', { class: 'figures-table' }, h('thead', {}, h('tr', {}, h('th', {}), h('th', { class: 't3' }, t('figures.raised')), h('th', { class: 't3' }, t('figures.configured')))),
  h('tbody', {}, Object.entries(all).map(([priority, one]) => h('tr', {}, h('td', { class: 't2' }, t(`priority.${priority}`)), h('td', { class: 't1' }, counted(one.raised, one.raised_share)),
    h('td', { class: 't1' }, counted(one.configured, one.configured_share))))))

const counted = (count, share) => t('figures.count_and_share', { count: number(count), share: number(share * 100, 1) })
