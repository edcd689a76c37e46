// The chosen point over time: an hour to a week, gaps hatched, the value under the pointer.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'
import { say, t } from '../core/words.js'
import { instantAt, plot } from '../draw/plot.js'
import { reading } from '../draw/reading.js'

const HOUR = 3600000
/** Length and the interval that gives a few hundred values; text and codes of an hour come raw. */
const PERIODS = { '1h': [HOUR, null], '6h': [6 * HOUR, '1min'], '24h': [24 * HOUR, '5min'], '7d': [168 * HOUR, '1h'] }
/** A phone gets a smaller drawing with the same letters, not the same drawing made smaller. */
const BOX = { width: innerWidth < 760 ? 360 : 720, height: 300, left: 56, bottom: 26 }
const RENEW_MS = 15000
const seen = { point: null, period: '1h', samples: null, start: 0, end: 0, at: null, problem: '' }
let renewing = 0

export const chosen = () => seen.point

export function choose (point, period = seen.period) {
  Object.assign(seen, { point: point.id, period, samples: null, at: null, problem: '' })
  load()
}

async function load () {
  clearTimeout(renewing)
  const { point, period } = seen
  const [length, interval] = PERIODS[period]
  const end = now()
  try {
    const samples = await api.readings(point, { start: end - length, end, interval })
    if (point !== seen.point || period !== seen.period) return
    Object.assign(seen, { samples: samples.filter((sample) => typeof sample.value === 'number' || sample.value === null),
      start: end - length, end, problem: '' })
  } catch (error) {
    seen.problem = error.status === 0 ? '' : said(error)
  }
  renewing = setTimeout(load, RENEW_MS)
  changed()
}

export function history (point) {
  if (!point) return null
  const settings = { start: seen.start, end: seen.end, box: BOX, unit: point.unit }
  return h('section', { class: 'panel part history', 'data-key': 'history' },
    h('h2', { class: 't2' }, say(point.label), h('b', { class: 'now' }, reading(point)),
      h('span', { class: 'choice' },
      Object.keys(PERIODS).map((period) => h('button',
      { class: 'button', type: 'button', 'aria-pressed': String(period === seen.period),
      onclick: () => { choose(point, period); changed() } }, t(`period.${period}`))))),
    seen.problem ? h('p', { class: 't2 empty' }, seen.problem) : drawing(settings))
}

function drawing (settings) {
  if (!seen.samples) return h('p', { class: 't3 empty' }, t('loading'))
  if (!seen.samples.some((sample) => sample.value !== null)) return h('p', { class: 't2 empty' }, t('empty.none'))
  return h('div', { onpointermove: (event) => { seen.at = instantAt(event, settings); changed() }, onpointerleave: () => { seen.at = null; changed() } },
    plot({ samples: seen.samples, at: seen.at, ...settings }))
}
