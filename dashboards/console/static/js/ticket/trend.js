// The last hour of what the alarm was raised on.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { now } from '../core/clock.js'
import { unitShown } from '../core/format.js'
import { changed } from '../core/live.js'
import { say, t } from '../core/words.js'
import { plot } from '../draw/plot.js'

const HOUR = 3600000
/** Beside the ticket on a desk, below it on a phone: the letters keep their size. */
const BOX = innerWidth < 1100 ? { width: 358, height: 92 } : { width: 640, height: 200 }
const RENEW_MS = 20000
const seen = { point: null, samples: [] }

/** The measured point with its last value, or null. */
export const measured = () => seen.point

export async function followTrend (ticket) {
  const name = ticket.occurrences.flatMap((alarm) => [...Object.keys(alarm.inputs), ...alarm.points])[0]
  if (!name) return
  try {
    const end = now()
    const [point, samples] = await Promise.all([api.point(name), api.readings(name, { start: end - HOUR, end, interval: '1min' })])
    // A state has no trend worth a line; only what is measured in a unit has.
    if (!point.unit) return
    Object.assign(seen, { point, samples })
    changed()
  } catch {
    // Without a network the line stays as it was last seen, and the page says that it is offline.
  }
  setTimeout(() => followTrend(ticket), RENEW_MS)
}

export function trend () {
  const { point, samples } = seen
  if (!point || !samples.some((sample) => sample.value !== null)) return null
  return h('section', { class: 'trend-part', 'data-key': 'trend' },
    h('h2', { class: 't3' }, t('ticket.trend', { what: say(point.label), unit: unitShown(point.unit) })),
    plot({ samples, start: samples[0].at, end: samples[0].at + HOUR, box: BOX, unit: point.unit, ends: true }))
}
