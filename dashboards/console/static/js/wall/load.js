// The site's load now, today's curve over yesterday's, and the declared demand above both.
import { h, s } from '../core/dom.js'
import * as api from '../core/api.js'
import { now, siteDay } from '../core/clock.js'
import { number, quantity, THIN } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { t } from '../core/words.js'
import { fit } from '../draw/text.js'

const RENEW_MS = 60_000
const BOX = { width: 548, height: 134, top: 4 }
let today = []
let yesterday = []

/** Fetch both days' demand now and then every minute. */
export async function followLoad () {
  try {
    const start = siteDay(now())
    const [present, past] = await Promise.all([api.dayLoad(start), api.dayLoad(siteDay(start, -1))])
    today = present.curve
    yesterday = past.curve
    live.load = present.now ?? today.at(-1)?.kw ?? null
    changed()
  } catch {
    // The line to the server says itself that it is lost; the curve stops where it is.
  }
  setTimeout(followLoad, RENEW_MS)
}

export function loadPanel () {
  const start = siteDay(now())
  const before = yesterday.findLast((sample) => sample.at <= now() - 86400000)?.kw
  const most = today.length ? Math.max(...today.map((sample) => sample.kw)) : null
  const declared = live.site.declared_demand_kw
  return h('section', { class: 'panel load', 'data-key': 'load' }, h('a', { href: '/energy' },
    h('div', { class: 'figures' },
      h('h2', {}, t('wall.load')),
      h('p', { class: 'key' }, h('b', { class: 't1 figure' }, number(live.load ?? null)), h('span', { class: 't2' }, `${THIN}kW`)),
      note(before && live.load !== null ? t('load.yesterday', { value: number(before), change: change(live.load / before - 1) }) : ''),
      note(most === null ? '' : declared ? t('load.max', { value: number(most), share: number(most / declared * 100) })
        : t('load.max_only', { value: number(most) }))),
    today.length || yesterday.length ? plot(start, declared) : h('p', { class: 'nothing t3' }, t('empty.none'))))
}

const note = (text) => h('p', { class: 't3 note', style: { 'font-size': `${fit(text, 232, [21, 20])}px` } }, text)

const change = (share) => `${share < 0 ? '−' : '+'}${number(Math.abs(share) * 100)}${THIN}%`

function plot (start, declared) {
  const top = Math.max(declared ?? 0, ...today.map((sample) => sample.kw), ...yesterday.map((sample) => sample.kw)) || 1
  const x = (at, day) => Math.min(1, (at - day) / 86400000) * BOX.width
  const y = (kw) => BOX.top + (1 - kw / top) * (BOX.height - BOX.top)
  const points = (samples, day) => samples.map((sample) => `${x(sample.at, day).toFixed(1)} ${y(sample.kw).toFixed(1)}`).join('L')
  const past = points(yesterday, siteDay(start, -1))
  const last = today.at(-1)
  return s('svg', { class: 'curve', viewBox: '-4 -8 560 172', role: 'img', 'aria-label': t('wall.load') },
    past && s('path', { class: 'past-area', d: `M${x(yesterday[0].at, siteDay(start, -1))} ${BOX.height}L${past}V${BOX.height}Z` }),
    past && s('path', { class: 'past', d: `M${past}` }),
    today.length > 1 ? s('path', { class: 'now', d: `M${points(today, start)}` }) : null,
    last ? s('circle', { class: 'tip', cx: x(last.at, start), cy: y(last.kw), r: 6 }) : null,
    declared ? [s('path', { class: 'limit', d: `M0 ${y(declared)}H${BOX.width}` }),
      s('text', { class: 'limit-words', x: 0, y: y(declared) + 24 }, t('load.declared', { value: quantity(declared, 'kW') }))] : null,
    [0, 6, 12, 18, 24].map((hour) => s('text',
      { class: 'hour', x: hour / 24 * BOX.width, y: 158, 'text-anchor': hour === 0 ? 'start' : hour === 24 ? 'end' : 'middle' }, hour)))
}
