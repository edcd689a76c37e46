// Energy: how much today against yesterday, when, for what, through which meter.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now, siteDay, siteParts } from '../core/clock.js'
import { clockTime, number, THIN } from '../core/format.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { say, t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { bars, demandPlot } from './charts.js'

const view = { interval: '1h', site: null, uses: [], meters: [], today: null, demand: null, problem: '' }
const RENEW_MS = 60000
let renewing = 0

export async function open (root) {
  await loadSite()
  await followSite()
  await load()
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

async function load () {
  clearTimeout(renewing)
  const { interval } = view
  const { start, end } = period(interval)
  const within = { start: new Date(start).toISOString(), end: new Date(end).toISOString(), interval }
  const listed = interval === '1h' ? { ...within, start: new Date(siteDay(end)).toISOString() } : within
  try {
    const [site, uses, meters, today, demand] = await Promise.all([api.consumption({ ...within, group_by: 'site' }),
      api.consumption({ ...listed, group_by: 'use' }), api.consumption({ ...listed,
      group_by: 'meter' }), api.energyToday(), api.demand({})])
    if (interval !== view.interval) return
    Object.assign(view, { site: site.items.find((row) => row.energy === 'electricity') ?? null, uses: uses.items, meters: meters.items,
      today, demand, problem: '' })
  } catch (error) {
    view.problem = error.status === 0 ? t('problem.no_answer') : error.message
  }
  renewing = setTimeout(load, RENEW_MS)
  changed()
}

const set = (interval) => { view.interval = interval; load(); changed() }

function content () {
  if (view.problem) return [h('p', { class: 'nothing t2' }, view.problem)]
  return [
    figures(),
    h('div', { class: 'energy-grid', 'data-key': 'grid' },
      part('energy.when', h('span', { class: 'choice' },
        ['1h', '1d',
        '1mo'].map((interval) => h('button',
        { class: 'button', type: 'button', 'aria-pressed': String(interval === view.interval),
        onclick: () => set(interval) }, t(`interval.${interval}`)))), view.site ? bars(view.site, view.interval) : null),
      part('energy.demand', h('span', { class: 't3' }, t('energy.demand_unit')), view.demand ? demandPlot(view.demand) : null),
      part('energy.uses', h('span', { class: 't3' }, t(`energy.over.${view.interval}`)), useList()),
      part('energy.meters', h('span', { class: 't3' }, t(`energy.over.${view.interval}`)), meterTable()))
  ]
}

const part = (key, aside, body) => h('section', { class: `panel part ${key.replace('.', '-')}`, 'data-key': key },
  h('h2', { class: 't1' }, t(key), aside), body ?? h('p', { class: 't2 empty' }, t('empty.none')))

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

function meterTable () {
  const rows = view.meters
  return rows.length ? h('div', { class: 'scroll' },
    h('table', {},
    h('tbody', {},
    rows.map((row) => h('tr', { 'data-key': row.key },
    h('td', { class: 't1' }, h('a', { href: `/devices/${encodeURIComponent(row.key)}` }, say(row.label))), h('td', { class: 't1 amount' },
    row.total.value === null ? '—' : `${number(row.total.value, row.unit === 'm3' ? 1 : 0)}${THIN}${row.unit === 'm3' ? 'm³' : row.unit}`),
    h('td', { class: 't3' }, row.total.completeness < 0.995 ? t('energy.complete', { share: number(row.total.completeness * 100) })
    : '')))))) : null
}
