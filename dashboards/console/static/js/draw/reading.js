// A value as far as it may be trusted: good plain, uncertain with ≈, stale in a hatched frame, bad as a dash.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { archiveDate, digitsOf, number, secondTime, since, unitShown } from '../core/format.js'
import { live } from '../core/live.js'
import { knows, say, t } from '../core/words.js'

/** A value that should have come by now. */
const STALE_MS = 120_000

/** `good`, `uncertain`, `stale` or `bad`. */
export function trustOf (point) {
  if (!point || point.value === null || point.value === undefined || point.quality === 'bad') return 'bad'
  return now() - lastSign(point) > STALE_MS ? 'stale' : point.quality
}

/** When the point's device last gave a sign of life. */
const lastSign = (point) => Math.max(instant(point.receive_time) ?? 0, instant(live.answered.get(point.device)) ?? 0)

/** The value of a point as an element; `unit` converts nothing, it only overrides what is written. */
export function reading (point, { unit = point?.unit, digits } = {}) {
  const trust = trustOf(point)
  const words = trust === 'bad' ? '—' : wordsOf(point, unit, digits)
  return h('span', { class: `reading ${trust}`, title: reasonOf(point) || null },
    trust === 'uncertain' ? '≈' : '', words, trust !== 'bad' && unit && !point.meaning && !isMoment(point)
      ? h('span', { class: 'unit' }, unitShown(unit)) : null)
}

/** Seconds beyond this many are not a length but a moment, counted from 1970: no device waits for thirty years. */
const MOMENT_S = 1e9

const isMoment = ({ unit, value }) => unit === 's' && value > MOMENT_S

function wordsOf (point, unit, digits) {
  if (isMoment(point)) return `${archiveDate(point.value * 1000)} ${secondTime(point.value * 1000)}`
  if (point.meaning) return say(point.meaning)
  if (point.bits_set) return point.bits_set.map(say).join(t('list.comma')) || t('bits.none')
  if (typeof point.value === 'string') return point.value
  return number(point.value, digits ?? digitsOf(unit, point.value))
}

/** Why a value is not plainly good, in words; empty when it is. */
export function reasonOf (point) {
  const trust = trustOf(point)
  if (trust === 'good') return ''
  if (trust === 'stale') return t('quality.no_update', { time: since(lastSign(point)) })
  const key = `quality.${point?.reason || 'not_yet_read'}`
  return knows(key) ? t(key) : point.reason
}
