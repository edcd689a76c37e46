// Energy: how much today against yesterday, when, for what, through which meter.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now, siteDay, siteParts } from '../core/clock.js'
import { clockTime, number, THIN } from '../core/format.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { bars, demandPlot } from './charts.js'
import { meterTable } from './meters.js'

/** Undefined: still on its way; null: there is nothing. */
const view = { interval: '1h', site: undefined, uses: undefined, meters: undefined, today: undefined, demand: undefined }
const RENEW_MS = 60000
let renewing = 0

export async function open (root) {
  await loadSite()
  await followSite()
  load()
  drawDesk(root, 'energy', content, () => [say(live.site.name)])
}

/** Today and yesterday by hour, the last month by day, the year by month. */
function period (interval) {
  const end = now()
  const { year, month, day } = siteParts(end)
  const today = siteDay(end)
  if (interval === '1h') return { start: siteDay(end, -1), end }
  if (interval === '1d') return { start: siteDay(end, -30), end }
  const first = siteDay(Date.UTC(year, month - 1, day) - 334 * 86400000)
  return { start: Math.min(first, today), end }
}

/** One question after the other: each part shows as soon as it is known, and none keeps the others waiting. */
async function load () {
  clearTimeout(renewing)
  const { interval } = view
  const { start, end } = period(interval)
  const within = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), interval }
  const listed = interval === '1h' ? { ...within, start: new Date(siteDay(end)).toISOString() } : within
  await fill('today', api.energyToday)
  await fill('demand', () => api.demand({}))
  const wanted = () => interval === view.interval
  await fill('site', async () => (await api.consumption({ ...within, group_by: 'site' })).items.find((row) => row.energy === 'electricity')
    ?? null, wanted)
  await fill('uses', async () => (await api.consumption({ ...listed, group_by: 'use' })).items, wanted)
  await fill('meters', async () => (await api.consumption({ ...listed, group_by: 'meter' })).items, wanted)
  if (wanted()) renewing = setTimeout(load, RENEW_MS)
}

/** Put an answer into its part, unless something else is wanted by then; without an answer the part keeps what it had. */
async function fill (part, ask, isWanted = () => true) {
  try {
    if (!isWanted()) return
    const answer = await ask()
    if (isWanted()) view[part] = answer
  } catch (error) {
    if (error.status !== 0) view[part] = null
  }
  changed()
}

function set (interval) {
  Object.assign(view, { interval, site: undefined, uses: undefined, meters: undefined })
  load()
  changed()
}

function content () {
  const over = () => h('span', { class: 't3' }, t(`energy.over.${view.interval}`))
  return [
    figures(),
    h('div', { class: 'energy-grid', 'data-key': 'grid' },
      part('energy.when', intervalChoice(), view.site && bars(view.site, view.interval)),
      part('energy.demand', h('span', { class: 't3' }, t('energy.demand_unit')), view.demand && demandPlot(view.demand)),
      part('energy.uses', over(), view.uses && useList()),
      part('energy.meters', over(), view.meters && meterTable(view.meters)))
  ]
}

const intervalChoice = () => h('span', { class: 'choice' }, ['1h', '1d', '1mo'].map((interval) =>
  h('button', { class: 'button', type: 'button', 'aria-pressed': String(interval === view.interval), onclick: () => set(interval) },
    t(`interval.${interval}`))))

const part = (key, aside, body) => h('section', { class: `panel part ${key.replace('.', '-')}`, 'data-key': key },
  h('h2', { class: 't1' }, t(key), aside), body ?? h('p', { class: 't2 empty' }, t(body === undefined ? 'loading' : 'empty.none')))

function figures () {
  const { today, demand } = view
  const change = today?.change
  const most = demand?.maximum
  const declared = demand?.declared_kw
  return h('div', { class: 'figures', 'data-key': 'figures' },
    figure('energy.today', today?.today.value, 'kWh', change === null || change === undefined ? ''
      : t('energy.change',
      { value: number(today.yesterday_so_far.value), change: `${change < 0 ? '−' : '+'}${number(Math.abs(change) * 100, 1)}${THIN}%` })),
    figure('energy.yesterday', today?.yesterday.value, 'kWh', ''),
    figure('energy.per_area', today && live.site.floor_area_m2 ? today.today.value / live.site.floor_area_m2 * 1000 : null, 'Wh/m²',
      t('energy.of_area', { area: number(live.site.floor_area_m2) })),
    figure('energy.now', demand?.current_kw, 'kW', declared ? t('energy.declared', { value: number(declared) }) : ''),
    figure('energy.max', most?.kw, 'kW', most
      ? [t('energy.at', { time: clockTime(Date.parse(most.start)) }), declared
      ? t('energy.share', { share: number(most.kw / declared * 100) }) : ''].join(' ') : ''))
}

const figure = (key, value, unit, note) => h('div', { class: 'figure' }, h('p', { class: 't2' }, t(key)),
  h('p', {}, h('b', { class: 't1' }, number(value)),
  h('span', { class: 't2' }, value === null || value === undefined ? '' : `${THIN}${unit}`)), h('p', { class: 't2 note' }, note))

function useList () {
  const rows = view.uses.filter((row) => row.energy === 'electricity' && row.total.value).sort((a, b) => b.total.value - a.total.value)
  const all = rows.reduce((sum, row) => sum + row.total.value, 0)
  return rows.length ? h('ol', { class: 'uses' },
    rows.map((row) => h('li', { 'data-key': row.key }, h('span', { class: 't1' }, say(row.label)),
    h('span', { class: 'bar-line' }, h('i', { style: { width: `${row.total.value / rows[0].total.value * 100}%` } })), h('b',
    { class: 't1' }, `${number(row.total.value / all * 100, 1)}${THIN}%`),
    h('span', { class: 't2' }, `${number(row.total.value)}${THIN}${row.unit}`)))) : null
}
