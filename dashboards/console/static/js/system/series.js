// What a drawing needs of the past: asked once, asked again now and then, the last answer kept meanwhile.
import * as api from '../core/api.js'
import { now, siteDay } from '../core/clock.js'
import { changed } from '../core/live.js'

const MINUTE = 60_000
const kept = new Map()

/** The last answer of `load`, undefined while the first is on its way; asked again when it is older than `period` ms. */
function fresh (key, period, load) {
  const known = kept.get(key) ?? { value: undefined, asked: null }
  kept.set(key, known)
  if (known.asked === null || Date.now() - known.asked > period) {
    known.asked = Date.now()
    // Without an answer the drawing keeps what it has; that the server is away is said by the frame round the page.
    load().then((value) => { known.value = value; changed() }, () => {})
  }
  return known.value
}

/** `{samples, start, end}` of the last `span` ms of a point, one value per `interval`; no samples while they are on their way. */
export const seriesOf = (point, span, interval) => fresh(`${point} ${span}`, MINUTE / 2, async () => {
  const end = now()
  return { samples: await api.readings(point, { start: end - span, end, interval }), start: end - span, end }
}) ?? { samples: [], start: now() - span, end: now() }

/** The value a point had before an instant, null when there was none: what the ghost of a tripped feeder shows. */
export const valueBefore = (point, at) => fresh(`${point} before ${at}`, Infinity, async () => {
  const samples = await api.readings(point, { start: at - 15 * MINUTE, end: at - MINUTE / 3, interval: '1min' })
  return samples.findLast((sample) => sample.value !== null)?.value ?? null
}) ?? null

/** What a counter has counted since the site's midnight, or null. */
export const countedToday = (point) => fresh(`${point} today`, 10 * MINUTE, async () => {
  const samples = await api.readings(point, { start: siteDay(now()), end: now(), interval: '1d', aggregate: 'delta' })
  return samples[0]?.value ?? null
}) ?? null
